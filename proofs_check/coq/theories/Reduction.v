(** * The reduction from the cube to the vertices

    _Claim 1._  A function on [0,1]^d that is affine on each order simplex {0 <= x_p(0) <= ... <= x_p(d-1) <= 1} attains
    its largest absolute value at 0/1 vectors.
    Proof: with [y_i = x_p(i)], put [lambda_k = y_k - y_(k-1)] for [k = 0..d], where [y_(-1) = 0] and [y_d = 1].  These
    are at least 0, sum to 1, and [x = sum_k lambda_k v_k], where [v_k] has the ones at p(k), ..., p(d-1).  So the
    value at [x] is the average, with these weights, of the values at the [v_k], vertices of the same simplex.

    _Claim 2._  The maximum over a subset, a mean subpool maximum, and linear combinations of them are such functions.
    Proof: on the order simplex, the maximum over [J] is the coordinate [x_p(i)] with the largest [i] such that p(i)
    is in [J].

    _Claim 3._  So for orders [R] in 0..d the following are equivalent: [E] is achieved on the cube by combinations of
    the mean subpool maxima; by combinations with an individual weight for every subset; by the latter at the 0/1
    vectors; at the [d+1] points [z = 0..d] (the predicate [achievable], in which the other files prove their theorems).
    Proof that individual weights gain nothing: average the residuals at the 0/1 vectors with [z] zeros.  A subset of
    [r] inputs lies in [C(d-r,d-z)] sets of [z] zeros, a share [C(z,r)/C(d,r)] of all, whichever subset it is.

    _Claim 4._  With weights that sum to 1, the error relative to the range, over all real vectors, is the error over
    z = 1..d-1: such an estimator is equivariant under [x -> lo + s x], [s >= 0]. *)

From mathcomp Require Import all_ssreflect all_algebra fingroup perm.
From Subpool Require Import Binomials Classes Duality.

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

(** The value at [x] is an average of values at vertices of the simplex of [x]. *)
Lemma average_of_vertices f p x :
  affine_on_order_simplices f -> in_cube x -> sorted_by p x ->
  f x = \sum_(k < d.+1) spacing p x k * f (simplex_vertex p k).
Proof.
move=> affine cube sorted; have [a [b def_f]] := affine p.
transitivity (\sum_(k < d.+1) (spacing p x k * a + \sum_i b i * (spacing p x k * simplex_vertex p k i))).
  rewrite big_split /= -mulr_suml sum_all_spacings mul1r exchange_big def_f //=; congr (_ + _).
  by apply: eq_bigr => i _; rewrite -mulr_sumr -convex_combination.
apply: eq_bigr => k _; rewrite (def_f (simplex_vertex p k)).
- by rewrite mulrDr mulr_sumr; congr (_ + _); apply: eq_bigr => i _; rewrite mulrCA.
- exact/zero_one_in_cube/simplex_vertex_zero_one.
- exact: simplex_vertex_sorted.
Qed.

(** A function that is affine on the order simplices is bounded on the cube by its values at the 0/1 vectors. *)
Lemma bounded_by_vertices f E :
  affine_on_order_simplices f -> (forall x, zero_one x -> `|f x| <= E) -> forall x, in_cube x -> `|f x| <= E.
Proof.
move=> affine bound x cube; have [p sorted] := sorting_permutation x.
rewrite (average_of_vertices affine cube sorted); apply: le_trans (ler_norm_sum _ _ _) _.
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
apply: (@affine_ext _ (fun x => f i x + \sum_(i <- s | P i) f i x)) => [x|]; last exact: affine_add.
by rewrite big_cons P_i.
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

(** ** Claim 3 *)

(** At a 0/1 vector, with [Z] its zeros, the maximum over [J] is 0 iff [J] is a subset of [Z]. *)
Definition zeros x : {set 'I_d} := [set i | x i == 0].

Definition vertex Z (i : 'I_d) : F := (i \notin Z)%:R.

Lemma vertex_zero_one Z : zero_one (vertex Z).
Proof. by move=> i; rewrite /vertex; case: (i \notin Z); [right | left]. Qed.

Lemma zeros_vertex Z : zeros (vertex Z) = Z.
Proof. by apply/setP => i; rewrite inE /vertex pnatr_eq0 eqb0 negbK. Qed.

Lemma max_over_vertex J x : J != set0 -> zero_one x -> max_over J x = (~~ (J \subset zeros x))%:R.
Proof.
case/set0Pn=> j0 in_J vertex_x; case: (boolP (J \subset zeros x)) => [/subsetP zero_J | /subsetPn[j in_j]].
  have zero i : i \in J -> x i = 0 by move/zero_J; rewrite inE => /eqP.
  by rewrite (max_overE in_J) ?zero // => i in_i; rewrite !zero.
rewrite inE => x_j; have one_j : x j = 1 by case: (vertex_x j) => // zero_j; rewrite zero_j eqxx in x_j.
by rewrite (max_overE in_j) one_j // => i _; have /andP[] := zero_one_in_cube vertex_x i.
Qed.

Lemma count_subsets Z r : \sum_(J : {set 'I_d} | #|J| == r) (J \subset Z)%:R = 'C(#|Z|, r)%:R :> F.
Proof.
rewrite -natr_sum -cards_draws -sum1dep_card; congr (_%:R).
under [RHS]eq_bigl do rewrite andbC.
by rewrite big_mkcondr; apply: eq_bigr => J _; case: (J \subset Z).
Qed.

Lemma count_supersets J z :
  (z <= d)%N -> \sum_(Z : {set 'I_d} | #|Z| == z) (J \subset Z)%:R = 'C(d - #|J|, d - z)%:R :> F.
Proof.
move=> le_zd; have card_C Z : #|~: Z| = (d - #|Z|)%N by rewrite cardsCs setCK card_ord.
rewrite -card_C -count_subsets (reindex_inj (@setC_inj _)) /=; apply: eq_big => [Z | Z _].
  have le_Z : (#|Z| <= d)%N by rewrite -[X in (_ <= X)%N]card_ord max_card.
  by rewrite card_C; apply/eqP/eqP => [<- | ->]; rewrite subKn.
by rewrite -setCS setCK.
Qed.

Lemma subpool_max_vertex r x : (r <= d)%N -> zero_one x -> subpool_max r x = feature F d r #|zeros x|.
Proof.
move=> le_rd vertex_x; rewrite /subpool_max /feature; have nz := bin_neq0 F le_rd.
case: eqP => [-> | /eqP r_neq0].
  rewrite bin0 invr1 mul1r (big_pred1 set0) ?max_over_set0 // => J.
  exact: cards_eq0.
transitivity ('C(d, r)%:R^-1 * \sum_(J : {set 'I_d} | #|J| == r) ((J \subset setT)%:R - (J \subset zeros x)%:R) : F).
  congr (_ * _); apply: eq_bigr => J /eqP size_J.
  rewrite max_over_vertex // -?card_gt0 ?size_J ?lt0n // subsetT.
  by case: (J \subset zeros x); rewrite ?subrr ?subr0.
by rewrite sumrB !count_subsets cardsT card_ord mulrBr mulVf // mulrC.
Qed.

Hypothesis d_gt0 : (0 < d)%N.

Lemma maximum_vertex x : zero_one x -> maximum x = target F d #|zeros x|.
Proof.
move=> vertex_x; rewrite /maximum max_over_vertex //; last by rewrite -card_gt0 cardsT card_ord.
rewrite subTset eqEcard subsetT cardsT card_ord /target.
have le_zd : (#|zeros x| <= d)%N by rewrite -[X in (_ <= X)%N]card_ord max_card.
by rewrite eqn_leq le_zd /=; case: leqP.
Qed.

Lemma set_of_size z : (z <= d)%N -> exists Z, #|Z| = z.
Proof.
by move=> le_zd; exists [set i : 'I_d | (i < z)%N]; rewrite -sum1dep_card (big_ord_narrow le_zd) sum1_card card_ord.
Qed.

Definition orders_upto R : Prop := forall r, r \in R -> (r <= d)%N.

Lemma residual_vertex R beta x :
  orders_upto R -> zero_one x ->
  maximum x - \sum_(r <- R) beta r * subpool_max r x = residual d R beta #|zeros x|.
Proof.
move=> upto vertex_x; rewrite maximum_vertex // /residual /estimate !big_seq; congr (_ - _).
by apply: eq_bigr => r /upto le_rd; rewrite subpool_max_vertex.
Qed.

Lemma affine_residual R beta :
  affine_on_order_simplices (fun x => maximum x - \sum_(r <- R) beta r * subpool_max r x).
Proof.
apply: affine_add; first exact: affine_max_over.
apply: (@affine_ext _ (fun x => -1 * \sum_(r <- R) beta r * subpool_max r x)) => [x|]; first by rewrite mulN1r.
by apply: affine_scale; apply: affine_sum => r; apply: affine_scale; apply: affine_subpool_max.
Qed.

Lemma card_zeros x : (#|zeros x| <= d)%N.
Proof. by rewrite -[X in (_ <= X)%N]card_ord max_card. Qed.

(** The vertex [v_k] of a simplex has [k] zeros. *)
Lemma zeros_simplex_vertex p k : (k <= d)%N -> #|zeros (simplex_vertex p k)| = k.
Proof.
move=> le_kd; have -> : zeros (simplex_vertex p k) = p @: [set i : 'I_d | (i < k)%N].
  apply/setP => j; rewrite inE /simplex_vertex pnatr_eq0 eqb0 -ltnNge.
  by rewrite -[in RHS](permKV p j) mem_imset ?inE //; apply: perm_inj.
by rewrite card_imset; [rewrite -sum1dep_card (big_ord_narrow le_kd) sum1_card card_ord | apply: perm_inj].
Qed.

Lemma residual_spacings R beta p x :
  orders_upto R -> in_cube x -> sorted_by p x ->
  maximum x - \sum_(r <- R) beta r * subpool_max r x = \sum_(z < d.+1) spacing p x z * residual d R beta z.
Proof.
move=> upto cube sorted; rewrite (average_of_vertices (affine_residual R beta) cube sorted); apply: eq_bigr => z _.
have le_zd : (z <= d)%N by rewrite -ltnS.
by rewrite residual_vertex ?zeros_simplex_vertex //; apply: simplex_vertex_zero_one.
Qed.

Lemma residual_bound R beta E :
  orders_upto R ->
  (forall x, in_cube x -> `|maximum x - \sum_(r <- R) beta r * subpool_max r x| <= E) <->
  (forall z, (z <= d)%N -> `|residual d R beta z| <= E).
Proof.
move=> upto; split=> bound.
  move=> z /set_of_size[Z <-]; rewrite -[Z]zeros_vertex -residual_vertex //; last exact: vertex_zero_one.
  by apply: bound; apply: zero_one_in_cube; apply: vertex_zero_one.
apply: bounded_by_vertices; first exact: affine_residual.
by move=> x vertex_x; rewrite residual_vertex // bound // card_zeros.
Qed.

(** The cube and the vertices. *)
Lemma cube_vertices R E : orders_upto R -> achievable_on_cube d R E <-> achievable d R E.
Proof.
by move=> upto; split=> -[beta bound]; exists beta; apply/(residual_bound _ _ upto).
Qed.

(** Individual weights: from the cube to the 0/1 vectors. *)
Lemma subsets_vertices R E : achievable_by_subsets d R E <-> achievable_by_subsets_01 d R E.
Proof.
split=> [[c bound] | [c bound]]; exists c; first by move=> x /zero_one_in_cube; apply: bound.
apply: bounded_by_vertices => //; apply: affine_add; first exact: affine_max_over.
pose f x := -1 * \sum_(J : {set 'I_d} | #|J| \in R) c J * max_over J x.
apply: (@affine_ext _ f) => [x|]; first by rewrite /f mulN1r.
by apply: affine_scale; apply: affine_sum => J; apply: affine_scale; apply: affine_max_over.
Qed.

(** Summing over the subsets whose size is an order, order by order. *)
Lemma sum_by_size R (h : {set 'I_d} -> F) :
  uniq R -> \sum_(J : {set 'I_d} | #|J| \in R) h J = \sum_(r <- R) \sum_(J : {set 'I_d} | #|J| == r) h J.
Proof.
elim: R => [|r R IH] /=; first by rewrite big_nil big_pred0.
case/andP=> fresh uniq_R; rewrite big_cons -IH // (bigID (fun J => #|J| == r)) /=; congr (_ + _); apply: eq_bigl => J.
  by rewrite in_cons; case: (#|J| == r); rewrite ?andbF.
by rewrite in_cons; case: eqP => [->|_] /=; [rewrite (negbTE fresh) | rewrite andbT].
Qed.

(** The average of the maximum over [J], over the 0/1 vectors with [z] zeros, is the feature of order [|J|]. *)
Lemma average_max_over J z :
  (z <= d)%N ->
  \sum_(Z : {set 'I_d} | #|Z| == z) max_over J (vertex Z) = 'C(d, z)%:R * feature F d #|J| z.
Proof.
move=> le_zd; have card_J : (#|J| <= d)%N by rewrite -[X in (_ <= X)%N]card_ord max_card.
have total : \sum_(Z : {set 'I_d} | #|Z| == z) 1 = 'C(d, z)%:R :> F.
  rewrite -[X in 'C(X, z)]card_ord -cardsT -count_subsets; apply: eq_bigr => Z _; first by rewrite subsetT.
rewrite /feature; case: eqP => [/eqP | /eqP].
  rewrite cards_eq0 => /eqP ->; rewrite mulr1 -total; apply: eq_bigr => Z _; exact: max_over_set0.
rewrite -lt0n card_gt0 => nonempty.
transitivity (\sum_(Z : {set 'I_d} | #|Z| == z) (1 - (J \subset Z)%:R) : F).
  apply: eq_bigr => Z _; rewrite max_over_vertex ?zeros_vertex //; last exact: vertex_zero_one.
  by case: (J \subset Z); rewrite ?subrr ?subr0.
rewrite sumrB total count_supersets // mulrBr mulr1; congr (_ - _).
have nz := bin_neq0 F card_J; apply: (mulIf nz); rewrite mulrA divfK // -!natrM; congr (_%:R).
by rewrite mulnC -bin_swap ?leq_subr // bin_sub // subKn.
Qed.

(** Individual weights gain nothing. *)
Lemma subsets_symmetric R E :
  uniq R -> orders_upto R -> achievable_by_subsets_01 d R E <-> achievable d R E.
Proof.
move=> uniq_R upto; split=> [[c bound] | /(cube_vertices _ upto)[beta bound]]; last first.
  exists (fun J => beta #|J| / 'C(d, #|J|)%:R) => x vertex_x; rewrite sum_by_size //.
  rewrite (eq_bigr (fun r => beta r * subpool_max r x)); first by apply/bound/zero_one_in_cube.
  by move=> r _; rewrite /subpool_max !mulr_sumr; apply: eq_bigr => J /eqP ->; rewrite mulrA.
exists (fun r => \sum_(J : {set 'I_d} | #|J| == r) c J) => z le_zd.
pose error Z := maximum (vertex Z) - \sum_(J : {set 'I_d} | #|J| \in R) c J * max_over J (vertex Z).
have total : \sum_(Z : {set 'I_d} | #|Z| == z) 1 = 'C(d, z)%:R :> F.
  by rewrite -[X in 'C(X, z)]card_ord -cardsT -count_subsets; apply: eq_bigr => Z _; rewrite subsetT.
have pos : 0 < 'C(d, z)%:R :> F by rewrite ltr0n bin_gt0.
have average : 'C(d, z)%:R * residual d R (fun r => \sum_(J : {set 'I_d} | #|J| == r) c J) z
             = \sum_(Z : {set 'I_d} | #|Z| == z) error Z.
  rewrite sumrB mulrBr; congr (_ - _).
    rewrite -total mulr_suml; apply: eq_bigr => Z /eqP size_Z.
    by rewrite mul1r maximum_vertex ?zeros_vertex ?size_Z //; apply: vertex_zero_one.
  rewrite exchange_big /= sum_by_size // /estimate mulr_sumr; apply: eq_bigr => r _.
  rewrite mulr_suml mulr_sumr; apply: eq_bigr => J /eqP size_J.
  by rewrite -mulr_sumr average_max_over // size_J mulrCA.
rewrite -(ler_pmul2l pos) -[X in X * _](gtr0_norm pos) -normrM average.
apply: le_trans (ler_norm_sum _ _ _) _; rewrite -total mulr_suml; apply: ler_sum => Z _.
by rewrite mul1r; apply: bound; apply: vertex_zero_one.
Qed.

(** ** Claim 4 *)

Lemma max_over_equivariant J x y (lo t : F) :
  J != set0 -> 0 <= t -> (forall i, x i = lo + t * y i) -> max_over J x = lo + t * max_over J y.
Proof.
case/set0Pn=> j0 in_J t_ge0 def_x; case: (arg_maxP y in_J) => j in_j last_j.
have largest i : i \in J -> y i <= y j by apply: last_j.
rewrite (max_overE in_j largest) (max_overE in_j) ?def_x // => i in_i.
by rewrite !def_x ler_add2l ler_wpmul2l // largest.
Qed.

Lemma subpool_max_equivariant r x y (lo t : F) :
  (0 < r <= d)%N -> 0 <= t -> (forall i, x i = lo + t * y i) -> subpool_max r x = lo + t * subpool_max r y.
Proof.
case/andP=> r_gt0 le_rd t_ge0 def_x; rewrite /subpool_max.
transitivity ('C(d, r)%:R^-1 * \sum_(J : {set 'I_d} | #|J| == r) (lo * (J \subset setT)%:R + t * max_over J y)).
  congr (_ * _); apply: eq_bigr => J /eqP size_J; rewrite subsetT mulr1.
  by apply: max_over_equivariant => //; rewrite -card_gt0 size_J.
rewrite big_split /= -!mulr_sumr count_subsets cardsT card_ord mulrDr mulrCA mulVf ?bin_neq0 // mulr1.
by rewrite mulrCA.
Qed.

Lemma residual_equivariant R beta x y (lo t : F) :
  inner_orders d R -> \sum_(r <- R) beta r = 1 -> 0 <= t -> (forall i, x i = lo + t * y i) ->
  maximum x - \sum_(r <- R) beta r * subpool_max r x = t * (maximum y - \sum_(r <- R) beta r * subpool_max r y).
Proof.
move=> /allP inner sum1 t_ge0 def_x; rewrite /maximum (max_over_equivariant _ t_ge0 def_x); last first.
  by rewrite -card_gt0 cardsT card_ord.
transitivity (lo + t * max_over setT y - \sum_(r <- R) (beta r * lo + t * (beta r * subpool_max r y))).
  rewrite !big_seq; congr (_ - _); apply: eq_bigr => r /inner /andP[r_gt0 lt_rd].
  have range : (0 < r <= d)%N by rewrite r_gt0 ltnW.
  by rewrite (subpool_max_equivariant range t_ge0 def_x) mulrDr mulrCA.
by rewrite big_split /= -mulr_suml sum1 mul1r -mulr_sumr mulrBr opprD addrACA subrr add0r.
Qed.

Lemma relative_vertices R E :
  (1 < d)%N -> inner_orders d R -> achievable_relative d R E <-> achievable_range d R E.
Proof.
move=> d_gt1 inner; have upto : orders_upto R by move=> r /(allP inner) /andP[_ /ltnW].
split=> [[beta [sum1 bound]] | [beta [sum1 bound]]]; exists beta; split=> //.
  move=> z /andP[_ /ltnW /set_of_size[Z <-]]; rewrite -[Z]zeros_vertex -residual_vertex //; last exact: vertex_zero_one.
  have := bound (vertex Z) 0 1; rewrite subr0 mulr1; apply.
  by apply: zero_one_in_cube; apply: vertex_zero_one.
have E_ge0 : 0 <= E by apply: le_trans (normr_ge0 _) (bound 1%N d_gt1).
have on_vertices z : (z <= d)%N -> `|residual d R beta z| <= E.
  move=> le_zd; have def_beta r : r \in R -> beta r = beta r / 'C(d, r)%:R * 'C(d, r)%:R.
    by move/upto => le_rd; rewrite divfK // bin_neq0.
  have def_e := residual_span z inner def_beta; rewrite sum1 subrr add0r in def_e.
  case: (posnP z) => [z0 | z_gt0].
    rewrite def_e z0 (_ : span _ _ _ = 0) ?sub0r ?normrN ?(ltn_eqF d_gt0) ?normr0 //.
    rewrite /span big_seq big1 // => r /(allP inner) /andP[r_gt0 _].
    by rewrite [X in _ * X%:R]bin_small ?mulr0.
  move: le_zd; rewrite leq_eqVlt => /predU1P[def_z | lt_zd]; last by apply: bound; rewrite z_gt0.
  rewrite def_e def_z eqxx span_at_d (_ : \sum_(r <- R) _ = 1) ?subrr ?normr0 //.
  by rewrite -[RHS]sum1 !big_seq; apply: eq_bigr => r in_R; rewrite -def_beta.
move=> x lo hi range; pose y i := (x i - lo) / (hi - lo).
have le_lohi : lo <= hi by have /andP[le_lo le_hi] := range (Ordinal d_gt0); apply: le_trans le_hi.
have width_ge0 : 0 <= hi - lo by rewrite subr_ge0.
have def_x i : x i = lo + (hi - lo) * y i.
  have /andP[le_lo le_hi] := range i; case: (eqVneq lo hi) => [same | differ].
    by rewrite same subrr mul0r addr0; apply/eqP; rewrite eq_le le_hi -same.
  have width_neq0 : hi - lo != 0 by rewrite subr_eq0 eq_sym.
  by rewrite /y [_ * (_ / _)]mulrC divfK // addrC subrK.
rewrite (residual_equivariant inner sum1 width_ge0 def_x) normrM ger0_norm // mulrC ler_wpmul2r //.
have cube_y : in_cube y.
  move=> i; have /andP[le_lo le_hi] := range i; rewrite /y divr_ge0 ?subr_ge0 //=.
  case: (eqVneq lo hi) => [-> | differ]; first by rewrite subrr invr0 mulr0 ler01.
  by rewrite ler_pdivr_mulr ?mul1r ?ler_add2r // subr_gt0 lt_neqAle differ.
move: y cube_y {def_x}; apply: bounded_by_vertices; first exact: affine_residual.
by move=> y vertex_y; rewrite residual_vertex // on_vertices // card_zeros.
Qed.

End Reduction.

(** Theorem: a function on [0,1]^d that is affine on each order simplex attains its largest absolute value at 0/1
    vectors: a bound there is a bound on the cube. *)
Theorem cube_bounded_by_vertices (F : realFieldType) (d : nat) (f : ('I_d -> F) -> F) (E : F) :
  affine_on_order_simplices f ->
  (forall x, in_cube x -> `|f x| <= E) <-> (forall x, zero_one x -> `|f x| <= E).
Proof.
move=> affine; split=> bound; last exact: bounded_by_vertices.
by move=> x /zero_one_in_cube; apply: bound.
Qed.

(** Theorem: the residual of every combination of mean subpool maxima is affine on each order simplex. *)
Theorem residual_affine (F : realFieldType) (d : nat) (orders : seq nat) (beta : nat -> F) :
  affine_on_order_simplices (fun x : 'I_d -> F => maximum x - \sum_(r <- orders) beta r * subpool_max r x).
Proof. exact: affine_residual. Qed.

(** Theorem: at a 0/1 vector with z zeros the mean subpool maximum of order r is the feature: 1 - C(z,r)/C(d,r), and 1
    for r = 0. *)
Theorem vertex_features (F : realFieldType) (d r : nat) (x : 'I_d -> F) :
  (r <= d)%N -> zero_one x -> subpool_max r x = feature F d r #|[set i | x i == 0]|.
Proof. exact: subpool_max_vertex. Qed.

(** Theorem: for x in the cube, sorted by the permutation p, the residual is the average of the vertex residuals, with
    the spacings of the sorted entries (0 put before them, 1 after them) for weights. *)
Theorem residual_by_spacings
    (F : realFieldType) (d : nat) (orders : seq nat) (beta : nat -> F) (p : {perm 'I_d}) (x : 'I_d -> F) :
  (0 < d)%N -> (forall r, r \in orders -> (r <= d)%N) -> in_cube x -> sorted_by p x ->
  maximum x - \sum_(r <- orders) beta r * subpool_max r x = \sum_(z < d.+1) spacing p x z * residual d orders beta z.
Proof. by move=> d_gt0; exact: residual_spacings. Qed.

(** Theorem: a number bounds the residual of an estimator on the cube if and only if it bounds the vertex residuals: the
    largest absolute values are equal. *)
Theorem residual_bounds (F : realFieldType) (d : nat) (orders : seq nat) (beta : nat -> F) (E : F) :
  (0 < d)%N -> (forall r, r \in orders -> (r <= d)%N) ->
  (forall x : 'I_d -> F, in_cube x -> `|maximum x - \sum_(r <- orders) beta r * subpool_max r x| <= E) <->
  (forall z, (z <= d)%N -> `|residual d orders beta z| <= E).
Proof. by move=> d_gt0; exact: residual_bound. Qed.

(** Theorem: an error is achieved on the whole cube by mean subpool maxima if and only if it is achieved at the vertices
    z = 0..d. *)
Theorem reduction (F : realFieldType) (d : nat) (orders : seq nat) (E : F) :
  (0 < d)%N -> (forall r, r \in orders -> (r <= d)%N) ->
  achievable_on_cube d orders E <-> achievable d orders E.
Proof. by move=> d_gt0; exact: cube_vertices. Qed.

(** Theorem: individual weights for the subsets gain nothing: an error is achieved on the cube with a weight for every
    subset whose size is an order if and only if it is achieved at the vertices z = 0..d with a weight for every order. *)
Theorem reduction_by_subsets (F : realFieldType) (d : nat) (orders : seq nat) (E : F) :
  (0 < d)%N -> uniq orders -> (forall r, r \in orders -> (r <= d)%N) ->
  achievable_by_subsets d orders E <-> achievable d orders E.
Proof. by move=> d_gt0 uniq_R upto; rewrite subsets_vertices; exact: subsets_symmetric. Qed.

(** Theorem: an error is achieved at the 0/1 vectors with a weight for every subset whose size is an order if and only
    if it is achieved at the vertices z = 0..d with a weight for every order. *)
Theorem reduction_by_subsets_01 (F : realFieldType) (d : nat) (orders : seq nat) (E : F) :
  (0 < d)%N -> uniq orders -> (forall r, r \in orders -> (r <= d)%N) ->
  achievable_by_subsets_01 d orders E <-> achievable d orders E.
Proof. by move=> d_gt0 uniq_R upto; exact: subsets_symmetric. Qed.

(** Theorem: with coefficients that sum to 1, the error relative to the range, over all real vectors, is achieved if and
    only if it is achieved at the vertices z = 1..d-1. *)
Theorem reduction_relative (F : realFieldType) (d : nat) (orders : seq nat) (E : F) :
  (1 < d)%N -> (forall r, r \in orders -> (0 < r < d)%N) ->
  achievable_relative d orders E <-> achievable_range d orders E.
Proof. by move=> d_gt1 inner; apply: relative_vertices => //; [apply: ltnW | apply/allP]. Qed.
