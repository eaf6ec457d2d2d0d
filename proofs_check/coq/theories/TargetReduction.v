(** * Targets that are weighted sums of the sorted entries: from the cube to the vertices, and duality

    For weights [u] let the target be [g x = sum_i u_i x_(i)], with [x_(0) <= ... <= x_(d-1)] the sorted entries: an
    order statistic, or a trimmed mean.  Such a target is affine on the order simplices, and at 0/1 vectors with [z]
    zeros it is [sum_(i >= z) u_i].  So, as for the maximum, errors over the cube are errors over [z = 0..d]; if the
    [u_i] sum to 1, the target follows [x] if that is scaled and shifted, and errors relative to the range are errors
    over [z = 0..d], too.

    Lower bounds come from weights at a few vertices that are orthogonal to the features. *)

From mathcomp Require Import all_ssreflect fingroup perm all_algebra.
From Subpool Require Import Classes Reduction OtherTargets.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Vertices.

Variables (F : realFieldType) (d : nat).
Implicit Types (r z : nat) (R : seq nat) (t beta : nat -> F) (E : F) (places : seq (nat * F)).

(** [t z] is the target at 0/1 vectors with [z] zeros. *)
Definition vertices_within t R beta E : Prop := forall z, (z <= d)%N -> `|t z - estimate d R beta z| <= E.

(** ** Duality *)

Lemma places_bound t R beta E places :
  all (fun p => (p.1 <= d)%N) places ->
  (forall r, r \in R -> \sum_(p <- places) p.2 * feature F d r p.1 = 0) ->
  vertices_within t R beta E -> `|\sum_(p <- places) p.2 * t p.1| <= E * \sum_(p <- places) `|p.2|.
Proof.
move=> /allP upto moments bound.
have -> : \sum_(p <- places) p.2 * t p.1 = \sum_(p <- places) p.2 * (t p.1 - estimate d R beta p.1).
  under [RHS]eq_bigr do rewrite mulrBr.
  rewrite sumrB [X in _ - X](_ : _ = 0) ?subr0 // /estimate.
  under eq_bigr do rewrite mulr_sumr.
  rewrite exchange_big big_seq big1 //= => r in_R.
  by under eq_bigr do rewrite mulrCA; rewrite -mulr_sumr moments ?mulr0.
apply: le_trans (ler_norm_sum _ _ _) _; rewrite mulr_sumr !big_seq; apply: ler_sum => p in_ps.
by rewrite normrM mulrC ler_wpmul2r // bound // upto.
Qed.

Lemma feature_moment places r :
  \sum_(p <- places) p.2 = 0 -> ((0 < r)%N -> \sum_(p <- places) p.2 * 'C(p.1, r)%:R = 0) ->
  \sum_(p <- places) p.2 * feature F d r p.1 = 0.
Proof.
move=> sum0 moment; rewrite /feature; have [_ | r_neq0] := eqVneq r 0%N.
  by rewrite -[RHS]sum0; apply: eq_bigr => p _; rewrite mulr1.
under eq_bigr do rewrite mulrBr mulr1 mulrA.
by rewrite sumrB sum0 -mulr_suml moment ?lt0n // mul0r subrr.
Qed.

Lemma three_places t R beta E (x y z : nat) (a b c : F) :
  (x <= d)%N -> (y <= d)%N -> (z <= d)%N -> 0 <= a -> 0 <= c -> a + c = b ->
  (forall r, r \in R -> (0 < r)%N -> a * 'C(x, r)%:R + c * 'C(z, r)%:R = b * 'C(y, r)%:R) ->
  vertices_within t R beta E -> `|a * t x + c * t z - b * t y| <= E * (2%:R * b).
Proof.
move=> le_x le_y le_z a_ge0 c_ge0 def_b moment bound.
have b_ge0 : 0 <= b by rewrite -def_b addr_ge0.
have sums (f : nat * F -> F) :
  \sum_(p <- [:: (x, a); (z, c); (y, - b)]) f p = f (x, a) + f (z, c) + f (y, - b).
  by rewrite !big_cons big_nil addr0 addrA.
have sum0 : \sum_(p <- [:: (x, a); (z, c); (y, - b)]) p.2 = 0 by rewrite sums /= def_b subrr.
have := @places_bound t R beta E [:: (x, a); (z, c); (y, - b)]; rewrite !sums /= le_x le_y le_z normrN.
rewrite ![`|a|]ger0_norm // ![`|b|]ger0_norm // ![`|c|]ger0_norm // def_b -mulr2n -[b *+ 2]mulr_natl mulNr.
apply=> // r in_r; apply: feature_moment => // r_gt0.
by rewrite sums /= mulNr moment // subrr.
Qed.

(** ** The orders 0 and [r] among others *)

Lemma sum_at R r (f : nat -> F) : uniq R -> r \in R -> \sum_(s <- R) (if s == r then f s else 0) = f r.
Proof.
move=> uniq_R in_r; rewrite (bigD1_seq r) //= eqxx big1 ?addr0 // => s /negbTE -> //.
Qed.

Lemma pair_estimate R r (a b : F) :
  uniq R -> 0%N \in R -> r \in R -> (0 < r)%N ->
  exists beta, forall z, estimate d R beta z = a + b * ('C(z, r)%:R / 'C(d, r)%:R).
Proof.
move=> uniq_R in_0 in_r r_gt0.
exists (fun s => (if s == 0%N then a + b else 0) + (if s == r then - b else 0)) => z.
transitivity (\sum_(s <- R) ((if s == 0%N then (a + b) * feature F d s z else 0)
                             + (if s == r then - b * feature F d s z else 0))).
  by apply: eq_bigr => s _; rewrite mulrDl; congr (_ + _); case: eqP; rewrite ?mul0r.
rewrite big_split /= !sum_at // /feature eqxx gtn_eqF // mulr1 mulrBr mulr1 mulNr opprK.
by rewrite addrA addrK.
Qed.

(** ** From the cube to the vertices *)

Lemma bounded_by_simplex_vertices (f : ('I_d -> F) -> F) E :
  affine_on_order_simplices f -> (forall p z, (z <= d)%N -> `|f (simplex_vertex F p z)| <= E) ->
  forall x, in_cube x -> `|f x| <= E.
Proof.
move=> affine bound x cube; have [p sorted] := sorting_permutation x.
rewrite (average_of_vertices affine cube sorted); apply: le_trans (ler_norm_sum _ _ _) _.
rewrite -[E]mul1r -(sum_all_spacings p x) mulr_suml; apply: ler_sum => z _.
by rewrite normrM ger0_norm ?spacing_ge0 // ler_wpmul2l ?spacing_ge0 // bound // -ltnS.
Qed.

Lemma scaled_to_cube (x : 'I_d -> F) lo hi :
  (0 < d)%N -> (forall i, lo <= x i <= hi) ->
  0 <= hi - lo /\ exists2 y, in_cube y & forall i, x i = lo + (hi - lo) * y i.
Proof.
move=> d_gt0 range; have width_ge0 : 0 <= hi - lo.
  by rewrite subr_ge0; have /andP[] := range (Ordinal d_gt0); apply: le_trans.
split=> //; exists (fun i => (x i - lo) / (hi - lo)) => i; have /andP[le_lo le_hi] := range i.
  rewrite divr_ge0 ?width_ge0 ?subr_ge0 //=.
  have [-> | differ] := eqVneq (hi - lo) 0; first by rewrite invr0 mulr0 ler01.
  by rewrite ler_pdivr_mulr ?lt0r ?differ // mul1r ler_add2r.
have [same | differ] := eqVneq (hi - lo) 0; last by rewrite mulrC divfK // addrC subrK.
rewrite same mul0r addr0; apply/eqP; rewrite eq_le le_lo andbT; apply: le_trans le_hi _.
by rewrite -subr_le0 same.
Qed.

(** ** Weighted sums of sorted entries *)

Section SortedEntries.

Variables (u : nat -> F) (g : ('I_d -> F) -> F).
Hypothesis def_g : forall x p, sorted_by p x -> g x = \sum_(i < d) u i * x (p i).

(** The target at 0/1 vectors with [z] zeros. *)
Definition sum_from z : F := \sum_(i < d | (z <= i)%N) u i.

Let error R beta x : F := g x - \sum_(r <- R) beta r * subpool_max r x.

Lemma affine_error R beta : affine_on_order_simplices (error R beta).
Proof.
apply: affine_add.
  move=> p; exists 0, (fun j => u (p^-1%g j)) => x _ /def_g ->; rewrite add0r [RHS](reindex_inj (@perm_inj _ p)).
  by apply: eq_bigr => i _; rewrite permK.
apply: (@affine_ext _ _ _ (fun x => -1 * \sum_(r <- R) beta r * subpool_max r x)) => [x|]; first by rewrite mulN1r.
by apply: affine_scale; apply: affine_sum => r; apply: affine_scale; apply: affine_subpool_max.
Qed.

Lemma error_at_vertex R beta p z :
  orders_upto d R -> (z <= d)%N -> error R beta (simplex_vertex F p z) = sum_from z - estimate d R beta z.
Proof.
move=> upto le_zd; rewrite /error (def_g (simplex_vertex_sorted F p z)); congr (_ - _).
  rewrite /sum_from [RHS]big_mkcond; apply: eq_bigr => i _.
  by rewrite /simplex_vertex permK; case: leqP; rewrite ?mulr1 ?mulr0.
rewrite /estimate !big_seq; apply: eq_bigr => r /upto le_rd.
by rewrite subpool_max_vertex ?zeros_simplex_vertex //; exact: simplex_vertex_zero_one.
Qed.

Lemma error_bound R beta E :
  orders_upto d R -> (forall x, in_cube x -> `|error R beta x| <= E) <-> vertices_within sum_from R beta E.
Proof.
move=> upto; split=> bound.
  move=> z le_zd; rewrite -(error_at_vertex beta 1%g upto le_zd); apply: bound.
  by apply: zero_one_in_cube; exact: simplex_vertex_zero_one.
apply: bounded_by_simplex_vertices; first exact: affine_error.
by move=> p z le_zd; rewrite error_at_vertex // bound.
Qed.

Lemma target_reduction R E :
  orders_upto d R -> target_achievable g R E <-> exists beta, vertices_within sum_from R beta E.
Proof. by move=> upto; split=> -[beta bound]; exists beta; apply/(error_bound _ _ upto). Qed.

Hypotheses (d_gt0 : (0 < d)%N) (sum1_u : \sum_(i < d) u i = 1).

Lemma error_equivariant R beta x y lo s :
  (forall r, r \in R -> (0 < r <= d)%N) -> \sum_(r <- R) beta r = 1 -> 0 <= s -> (forall i, x i = lo + s * y i) ->
  error R beta x = s * error R beta y.
Proof.
move=> inner sum1 s_ge0 def_x; have [p sorted] := sorting_permutation y.
have sorted_x : sorted_by p x by move=> i j le_ij; rewrite !def_x ler_add2l ler_wpmul2l // sorted.
have def_gx : g x = lo + s * g y.
  rewrite (def_g sorted_x) (def_g sorted) -[lo in RHS]mul1r -sum1_u mulr_suml mulr_sumr -big_split.
  by apply: eq_bigr => i _; rewrite /= def_x mulrDr mulrCA.
rewrite /error def_gx [X in _ - X](_ : _ = \sum_(r <- R) (beta r * lo + s * (beta r * subpool_max r y))).
  by rewrite big_split /= -mulr_suml sum1 mul1r -mulr_sumr mulrBr opprD addrACA subrr add0r.
by apply: eq_big_seq => r in_R; rewrite (subpool_max_equivariant (inner r in_R) s_ge0 def_x) mulrDr mulrCA.
Qed.

Lemma target_reduction_relative R E :
  (forall r, r \in R -> (0 < r <= d)%N) ->
  target_achievable_relative g R E
  <-> exists beta, \sum_(r <- R) beta r = 1 /\ vertices_within sum_from R beta E.
Proof.
move=> inner; have upto : orders_upto d R by move=> r /inner /andP[].
split=> -[beta [sum1 bound]]; exists beta; split=> //.
  by apply/error_bound => // x in_x; rewrite -[E]mulr1 -[X in E * X]subr0; exact: bound.
move=> x lo hi /(scaled_to_cube d_gt0)[width_ge0 [y in_y def_x]].
rewrite -/(error R beta x) (error_equivariant inner sum1 width_ge0 def_x) normrM ger0_norm // mulrC ler_wpmul2r //.
by move: y in_y {def_x}; apply/error_bound.
Qed.

End SortedEntries.

End Vertices.

(** Theorem: the sorted entries are the same for every permutation that sorts: for all weights there is a function that is
    the weighted sum of the sorted entries. *)
Theorem weighted_sum_exists (F : realFieldType) (d : nat) (u : nat -> F) :
  exists g : ('I_d -> F) -> F, forall x (s : {perm 'I_d}), sorted_by s x -> g x = \sum_(i < d) u i * x (s i).
Proof.
exists (fun x => \sum_(i < d) u i * (sort <=%R (codom x))`_i) => x s sorted_x; apply: eq_bigr => i _; congr (_ * _).
have -> : sort <=%R (codom x) = [seq x (s j) | j <- enum 'I_d].
  apply: le_sorted_eq; first exact: sort_le_sorted.
    rewrite sorted_map; apply: (@sub_sorted _ (relpre val leq)) => [j l | ]; first exact: sorted_x.
    by rewrite -sorted_map val_enum_ord iota_sorted.
  rewrite perm_sort /codom (map_comp x s); apply: perm_map; rewrite perm_sym; apply: uniq_perm.
  - by rewrite map_inj_uniq ?enum_uniq //; exact: perm_inj.
  - exact: enum_uniq.
  by move=> j; rewrite mem_enum; apply/mapP; exists (s^-1%g j); rewrite ?mem_enum ?permKV.
by rewrite (nth_map i) ?size_enum_ord // nth_ord_enum.
Qed.
