(** * The reduction from the cube to the vertices

    _Claim 1._  A function on [0,1]^d that is affine on each order simplex {0 <= x_p(0) <= ... <= x_p(d-1) <= 1} attains
    its largest absolute value at 0/1 vectors.
    Proof: with [y_i = x_p(i)], put [lambda_k = y_k - y_(k-1)] for [k = 0..d], where [y_(-1) = 0] and [y_d = 1].  These
    are at least 0, sum to 1, and [x = sum_k lambda_k v_k], where [v_k] has the ones at p(k), ..., p(d-1).  So the value at
    [x] is the average, with these weights, of the values at the [v_k], vertices of the same simplex.

    _Claim 2._  The maximum over a subset, a mean subpool maximum, and linear combinations of them are such functions.
    Proof: on the order simplex, the maximum over [J] is the coordinate [x_p(i)] with the largest [i] such that p(i) is in [J].

    _Claim 3._  So for orders [R] in 0..d the following are equivalent: [E] is achieved on the cube by combinations of
    the mean subpool maxima; by combinations with an individual weight for every subset; by the latter at the 0/1 vectors;
    at the [d+1] points [z = 0..d] (the predicate [achievable], in which the other files prove their theorems).
    Proof that individual weights gain nothing: average the residuals at the 0/1 vectors with [z] zeros.  A subset of [r]
    inputs lies in [C(d-r,d-z)] sets of [z] zeros, a share [C(z,r)/C(d,r)] of all, whichever subset it is.

    _Claim 4._  With weights that sum to 1, the error relative to the range, over all real vectors, is the error over
    z = 1..d-1: such an estimator is equivariant under [x -> lo + s x], [s >= 0]. *)

From mathcomp Require Import all_ssreflect all_algebra fingroup perm.
From Subpool Require Import Algebra Binomials Classes Duality.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Reduction.

Variables (F : realFieldType) (d : nat).
Implicit Types (x y : 'I_d -> F) (f : ('I_d -> F) -> F) (J Z : {set 'I_d}) (p : {perm 'I_d}) (R : seq nat) (E : F).

(** ** Claim 1 *)

Definition sorted_by p x : Prop := forall i j : 'I_d, (i <= j)%N -> x (p i) <= x (p j).

Definition affine_on_order_simplices f : Prop :=
  forall p, exists (a : F) (b : 'I_d -> F), forall x, in_cube x -> sorted_by p x -> f x = a + \sum_i b i * x i.

Lemma sorting_permutation x : exists p, sorted_by p x.
Proof.
pose le_x (i j : 'I_d) := x i <= x j.
have trans : transitive le_x by move=> j i k; apply: le_trans.
have refl : reflexive le_x by move=> i; apply: lexx.
have sized : size (sort le_x (enum 'I_d)) == d by rewrite size_sort size_enum_ord.
pose t := Tuple sized.
have inj : injective (tnth t) by apply/tuple_uniqP; rewrite sort_uniq enum_uniq.
exists (perm inj) => i j le_ij; rewrite !permE !(tnth_nth i) /=.
apply: (sorted_leq_nth trans refl) => //; rewrite ?inE ?(eqP sized) //.
by apply: sort_sorted => k l; apply: le_total.
Qed.

(** The vertex of the simplex of [p] with ones from the place [k] on. *)
Definition simplex_vertex p (k : nat) (j : 'I_d) : F := (k <= p^-1%g j)%:R.

Lemma simplex_vertex_zero_one p k : zero_one (simplex_vertex p k).
Proof. by move=> j; rewrite /simplex_vertex; case: (k <= _)%N; [right | left]. Qed.

Lemma zero_one_in_cube x : zero_one x -> in_cube x.
Proof. by move=> vertex i; case: (vertex i) => ->; rewrite ?lexx ?ler01. Qed.

Lemma simplex_vertex_sorted p k : sorted_by p (simplex_vertex p k).
Proof.
by move=> i j le_ij; rewrite /simplex_vertex !permK ler_nat; case: (leqP k i) => // /leq_trans ->.
Qed.

(** The coordinate at place [k - 1] of the sorted vector, with 0 put before it and 1 after it. *)
Definition place p x (k : nat) : F :=
  if k is k'.+1 then if insub k' is Some i then x (p i) else 1 else 0.

Definition spacing p x (k : nat) : F := place p x k.+1 - place p x k.

Lemma place_ord p x (i : 'I_d) : place p x i.+1 = x (p i).
Proof. by rewrite /place valK. Qed.

Lemma sum_spacing p x n : \sum_(k < n) spacing p x k = place p x n.
Proof.
elim: n => [|n IH]; first by rewrite big_ord0.
by rewrite big_ord_recr /= IH /spacing addrC subrK.
Qed.

Lemma spacing_ge0 p x k : in_cube x -> sorted_by p x -> 0 <= spacing p x k.
Proof.
move=> cube sorted; rewrite subr_ge0; case: k => [|k] /=.
  by case: insubP => [i _ _ | _]; [have /andP[] := cube (p i) | exact: ler01].
case: insubP => [i lt_k def_i | ge_k]; last first.
  by case: insubP => // j lt_j; rewrite (ltnW lt_j) in ge_k.
case: insubP => [j lt_j def_j | _]; last by have /andP[] := cube (p i).
by apply: sorted; rewrite def_i def_j.
Qed.

Lemma convex_combination p x (j : 'I_d) : x j = \sum_(k < d.+1) spacing p x k * simplex_vertex p k j.
Proof.
pose i := p^-1%g j; rewrite -[in LHS](permKV p j) -/i -place_ord -sum_spacing.
rewrite (@sum_widen _ i.+1 d.+1 (fun k => spacing p x k * simplex_vertex p k j)); first last.
- by move=> k /andP[lt_ik _]; rewrite /simplex_vertex -/i leqNgt lt_ik mulr0.
- by rewrite ltnS ltnW.
by apply: eq_bigr => k _; rewrite /simplex_vertex -/i -ltnS ltn_ord mulr1.
Qed.

Lemma sum_all_spacings p x : \sum_(k < d.+1) spacing p x k = 1.
Proof. by rewrite sum_spacing /place insubN // ltnn. Qed.

(** A function that is affine on the order simplices is bounded on the cube by its values at the 0/1 vectors. *)
Lemma bounded_by_vertices f E :
  affine_on_order_simplices f -> (forall x, zero_one x -> `|f x| <= E) -> forall x, in_cube x -> `|f x| <= E.
Proof.
move=> affine bound x cube; have [p sorted] := sorting_permutation x; have [a [b def_f]] := affine p.
have -> : f x = \sum_(k < d.+1) spacing p x k * f (simplex_vertex p k).
  transitivity (\sum_(k < d.+1) (spacing p x k * a + \sum_i b i * (spacing p x k * simplex_vertex p k i))).
    rewrite big_split /= -mulr_suml sum_all_spacings mul1r exchange_big def_f //=; congr (_ + _).
    by apply: eq_bigr => i _; rewrite -mulr_sumr -convex_combination.
  apply: eq_bigr => k _; rewrite (def_f (simplex_vertex p k)).
  - by rewrite mulrDr mulr_sumr; congr (_ + _); apply: eq_bigr => i _; rewrite mulrCA.
  - exact/zero_one_in_cube/simplex_vertex_zero_one.
  - exact: simplex_vertex_sorted.
apply: le_trans (ler_norm_sum _ _ _) _.
rewrite -[E]mul1r -(sum_all_spacings p x) mulr_suml; apply: ler_sum => k _.
rewrite normrM ger0_norm ?spacing_ge0 // ler_wpmul2l ?spacing_ge0 //.
by apply: bound; apply: simplex_vertex_zero_one.
Qed.

(** ** Claim 2 *)

Lemma le_bigmax (I : eqType) (s : seq I) (P : pred I) (m : I -> F) (a : F) j :
  j \in s -> P j -> m j <= \big[Num.max/a]_(i <- s | P i) m i.
Proof.
move=> in_s P_j; elim: s in_s => // i s IH; rewrite inE big_cons => /predU1P[<- | /IH le_m].
  by rewrite P_j le_maxr lexx.
by case: (P i); rewrite // le_maxr le_m orbT.
Qed.

Lemma max_overE J x j : j \in J -> (forall i, i \in J -> x i <= x j) -> max_over J x = x j.
Proof.
move=> in_J largest; rewrite /max_over; case: pickP => [k in_k | none]; last by have := none j; rewrite /= in_J.
apply/eqP; rewrite eq_le le_bigmax ?mem_index_enum // andbT.
by apply: (big_ind (fun m => m <= x j)) => // [|m m' le_m le_m']; rewrite ?largest // le_maxl le_m.
Qed.

Lemma max_over_set0 x : max_over set0 x = 1.
Proof. by rewrite /max_over; case: pickP => // i; rewrite /= inE. Qed.

Lemma affine_ext f f' : (forall x, f x = f' x) -> affine_on_order_simplices f' -> affine_on_order_simplices f.
Proof. by move=> same affine p; have [a [b def_f]] := affine p; exists a, b => x cube sorted; rewrite same def_f. Qed.

Lemma affine_const (c : F) : affine_on_order_simplices (fun=> c).
Proof. by move=> p; exists c, (fun=> 0) => x _ _; rewrite big1 ?addr0 // => i _; rewrite mul0r. Qed.

Lemma affine_add f f' :
  affine_on_order_simplices f -> affine_on_order_simplices f' -> affine_on_order_simplices (fun x => f x + f' x).
Proof.
move=> affine affine' p; have [a [b def_f]] := affine p; have [a' [b' def_f']] := affine' p.
exists (a + a'), (fun i => b i + b' i) => x cube sorted; rewrite def_f // def_f' // addrACA; congr (_ + _).
by rewrite -big_split; apply: eq_bigr => i _; rewrite /= mulrDl.
Qed.

Lemma affine_scale (c : F) f : affine_on_order_simplices f -> affine_on_order_simplices (fun x => c * f x).
Proof.
move=> affine p; have [a [b def_f]] := affine p; exists (c * a), (fun i => c * b i) => x cube sorted.
by rewrite def_f // mulrDr mulr_sumr; congr (_ + _); apply: eq_bigr => i _; rewrite mulrA.
Qed.

Lemma affine_sum (I : Type) (s : seq I) (P : pred I) (f : I -> ('I_d -> F) -> F) :
  (forall i, affine_on_order_simplices (f i)) -> affine_on_order_simplices (fun x => \sum_(i <- s | P i) f i x).
Proof.
move=> affine; elim: s => [|i s IH].
  by apply: (@affine_ext _ (fun=> 0)) => [x|]; [rewrite big_nil | apply: affine_const].
case P_i: (P i); last by apply: affine_ext IH => x; rewrite big_cons P_i.
by apply: (@affine_ext _ (fun x => f i x + \sum_(i <- s | P i) f i x)) => [x|]; [rewrite big_cons P_i | apply: affine_add].
Qed.

Lemma affine_max_over J : affine_on_order_simplices (max_over J).
Proof.
case: (set_0Vmem J) => [-> | [j0 in_J]].
  by apply: (@affine_ext _ (fun=> 1)) => [x|]; [exact: max_over_set0 | exact: affine_const].
move=> p; have in_J0 : p (p^-1%g j0) \in J by rewrite permKV.
case: (@arg_maxnP _ (p^-1%g j0) (fun i => p i \in J) (fun i => i : nat) in_J0) => i in_i last_i.
exists 0, (fun j => (j == p i)%:R) => x cube sorted.
rewrite add0r (bigD1 (p i)) //= eqxx mul1r big1 ?addr0 => [|j /negbTE->]; last by rewrite mul0r.
apply: max_overE => // j in_j; rewrite -(permKV p j); apply: sorted; apply: last_i.
by rewrite permKV.
Qed.

Lemma affine_subpool_max r : affine_on_order_simplices (subpool_max r).
Proof. by apply: affine_scale; apply: affine_sum => J; apply: affine_max_over. Qed.

End Reduction.
