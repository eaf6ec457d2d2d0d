(** * The claims about how many orders and terms an error takes, means, and other targets, as
    [Statements.v] says them *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Classes Claims.
From Subpool Require Chebyshev Existence ExponentialWidth LeastSquares OrderStatistics OtherTargets.
From Subpool Require Statements.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem: the claim removing-the-intercept. *)
Theorem removing_the_intercept : Statements.removing_the_intercept.
Proof.
move=> F d R orders d_gt1 notin0 notin; have inner := without_intercept orders notin0 notin.
have [uniq_R _ _] := orders.
have [e' [e [least_e least_e' def_e']]] := @Existence.removing_the_intercept_exactly F d R (ltnW d_gt1) uniq_R inner.
by exists e; rewrite -def_e'.
Qed.

(** Theorem: the claim chebyshev. *)
Theorem chebyshev : Statements.chebyshev.
Proof.
move=> F d n d_gt1 /andP[_ lt_nd]; have := @Chebyshev.chebyshev_bound F d n d_gt1 lt_nd.
have above : d.+1%:R = d%:R + 1 :> F by rewrite -addn1 natrD.
have below : d.-1%:R = d%:R - 1 :> F by rewrite -subn1 natrB // ltnW.
by rewrite above below.
Qed.

Lemma same_least_number (P Q : nat -> Prop) h :
  (forall k, P k <-> Q k) -> ExponentialWidth.least_number P h -> ExponentialWidth.least_number Q h.
Proof. by move=> same [/same holds least]; split=> // k /same; exact: least. Qed.

(** Theorem: the claim exponential-width. *)
Theorem exponential_width : Statements.exponential_width.
Proof.
move=> F d eps d_gt1 large; have d_gt0 := ltnW d_gt1.
have [h [least_h bound]] := ExponentialWidth.exponential_width d_gt0 large; exists h; split.
  apply: same_least_number least_h => k; split=> [[S [uniq_S inner size_S achieved]] | [R [orders size_R in_R notin]]].
    exists (0%N :: S); split=> //; first split=> //= [|r]; last 2 first.
    - by rewrite /= size_S.
    - by rewrite inE negb_or -lt0n d_gt0; apply/negP => /inner; rewrite ltnn andbF.
    - by rewrite uniq_S andbT; apply/negP => /inner.
    - by rewrite inE => /predU1P[-> // | /inner /andP[_ /ltnW]].
  have [S [same uniq_S inner]] := beside_intercept orders in_R notin.
  rewrite (achievable_on_cube_perm _ _ same) => achieved; exists S; split=> //.
  by apply: succn_inj; rewrite -size_R (perm_size same).
by apply: same_least_number bound => k; rewrite natrM natr_sum subn1 big_mkord.
Qed.

(** Theorem: the claim exponential-width-rate. *)
Theorem exponential_width_rate : Statements.exponential_width_rate.
Proof.
move=> F d R orders d_gt1 in_R notin E; have [S [same uniq_S inner]] := beside_intercept orders in_R notin.
rewrite (achievable_on_cube_perm _ _ same) (perm_size same) => achieved.
by rewrite -natrX -natrM; exact: ExponentialWidth.exponential_width_rate (ltnW d_gt1) uniq_S inner achieved.
Qed.

(** Theorem: the claim least-terms. *)
Theorem least_terms : Statements.least_terms.
Proof.
move=> F d R eps orders d_gt1 in_R notin; have [S [same uniq_S inner]] := beside_intercept orders in_R notin.
rewrite (achievable_on_cube_perm _ _ same) (terms_width _ same).
exact: ExponentialWidth.least_terms (ltnW d_gt1) uniq_S inner.
Qed.

(** Theorem: the claim least-squares. *)
Theorem least_squares : Statements.least_squares.
Proof.
move=> F d R [uniq_R _ _] _ defined mean beta linear products least.
exact: LeastSquares.least_squares linear uniq_R products least.
Qed.

(** Theorem: the claim order-statistic-weights. *)
Theorem order_statistic_weights : Statements.order_statistic_weights.
Proof. by move=> F d r x _ range; rewrite subn1; exact: OrderStatistics.order_statistic_weights. Qed.

(** Theorem: the claim order-statistics-by-maxima. *)
Theorem order_statistics_by_maxima : Statements.order_statistics_by_maxima.
Proof.
move=> F d j x d_gt1 _; split=> [|p i sorted_x <-]; first exact: Reduction.sorting_permutation.
rewrite big_add1 /= (OrderStatistics.order_statistics_by_maxima i sorted_x).
by apply: eq_bigr => r _; rewrite subSS !subn1.
Qed.

(** Theorem: the claim target-multiples. *)
Theorem target_multiples : Statements.target_multiples.
Proof.
move=> F d R c [uniq_R _ upto] d_gt1 outside g.
have [|e [least least_g]] := @OtherTargets.target_multiples F d R c (ltnW d_gt1) uniq_R upto.
  by move=> r lt_rd notin; apply: outside => //; [exact: ltnW | move=> def_r; rewrite def_r ltnn in lt_rd].
exists e; split=> // E; rewrite -least_g.
by split=> -[beta bound]; exists beta => x /bound; rewrite /g big_mkord.
Qed.

(** Theorem: the claim order-statistic-top. *)
Theorem order_statistic_top : Statements.order_statistic_top.
Proof.
move=> F d j R orders d_gt1 /andP[j_gt0 le_jd] top g def_g.
pose c r : F := if (r < j)%N then 0 else (-1) ^+ (r - j) * 'C(r - 1, j - 1)%:R * 'C(d, r)%:R.
have outside r : (r <= d)%N -> r \notin R -> r <> d -> c r = 0.
  move=> le_rd notin /eqP ne_rd; rewrite /c ltnNge; case: (leqP j r) => // le_jr.
  by rewrite top ?le_jr ?ltn_neqAle ?ne_rd in notin.
have [e [least least_g]] := target_multiples orders d_gt1 outside; exists e; split=> // E.
have size_c : `|c d| = 'C(d - 1, j - 1)%:R.
  by rewrite /c ltnNge le_jd binn mulr1 normrM normrX normrN1 expr1n mul1r normr_nat.
rewrite -size_c -least_g; have same x : g x = \sum_(0 <= r < d.+1) c r * subpool_max r x.
  have range : (1 <= j <= d)%N by rewrite j_gt0.
  have [[p sorted_x] expansion] := @order_statistics_by_maxima F d j x d_gt1 range.
  have lt_jd : (j.-1 < d)%N by rewrite prednK.
  have def_j : (Ordinal lt_jd).+1 = j by exact: prednK.
  rewrite (def_g x p _ sorted_x def_j) (expansion p _ sorted_x def_j).
  rewrite (big_cat_nat _ _ _ (leq0n j) (leqW le_jd)) /= [X in X + _]big_nat [X in X + _]big1 ?add0r.
  - by apply: eq_big_nat => r /andP[le_jr _]; rewrite /c ltnNge le_jr.
  - by move=> r /andP[_ lt_rj]; rewrite /c lt_rj mul0r.
by split=> -[beta bound]; exists beta => x /bound; rewrite same.
Qed.
