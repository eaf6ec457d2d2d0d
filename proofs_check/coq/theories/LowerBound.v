(** * Exponentially small only if exponentially wide: E >= min(1/(2N), 2/N^2)

    [N = sum_{r in R} C(d,r)] is the number of subpool maxima that an estimator with the orders [R], among them 0,
    reads.
    Claim: if it achieves the error [E], then [E >= 1/(2N)] or [E >= 2/N^2].

    Proof, in terms of approximation ([Duality.v]):
    (a) The difference [g(z+1) - g(z)] shows that if [R] approximates at [d] with the error [E], then the orders [r-1],
        [r >= 1] in [R], do so at [d-1] with the error [2E].
    (b) If all orders are at most d/2, then [E >= 1/(2N)], by induction on [d] with (a): [N] at least halves.
    (c) If all orders but 0 are at least d/2, then [E >= 1/(2N)] by the extremal theorem, since with [h] orders beside 0
        [N >= sum_{k<=h} C(d,k)]: binomials grow up to the middle.
    (d) Otherwise let [m >= 1] be the largest order up to d/2 and [h] the number of the larger ones.  By (a), [m+1]
        times, and the extremal theorem for the [h] orders that are left, [1 <= 2^(m+1) E H], [H = sum_{k<=h} C(d,k)].
        Now [2^m <= C(d,m)] and [C(d,m) + H <= N], hence [2 * 2^m H <= N^2/2]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Binomials Classes Duality Reduction Extremal.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

(** The number of subpool maxima of the orders. *)
Definition width (d : nat) (orders : seq nat) : nat := \sum_(r <- orders) 'C(d, r).

Section Naturals.

Implicit Types (d m r : nat) (R S : seq nat).

Lemma bin_grows d m r : m <= r -> 2 * r <= d -> 'C(d, m) <= 'C(d, r).
Proof.
elim: r => [|r IH]; first by rewrite leqn0 => /eqP->.
rewrite leq_eqVlt => /predU1P[-> // | le_mr] le_d; apply: (@leq_trans 'C(d, r)); first by apply: IH => //; nat_lia.
rewrite -(leq_pmul2l (ltn0Sn r)) mul_bin_left leq_mul2r; apply/orP; right; nat_lia.
Qed.

Lemma bin_doubles d r : 2 * r.+1 <= d.+1 -> 2 * 'C(d, r) <= 'C(d.+1, r.+1).
Proof.
move=> le_d; rewrite -(leq_pmul2l (ltn0Sn r)) -mul_bin_diag /= mulnA [r.+1 * 2]mulnC leq_mul2r le_d.
by rewrite orbT.
Qed.

Lemma pow2_bin d m : 2 * m <= d -> 2 ^ m <= 'C(d, m).
Proof.
elim: m d => [|m IH] [|d] le_d; rewrite ?bin0 //.
apply: leq_trans (bin_doubles le_d); rewrite expnS leq_mul2l /=; apply: IH; nat_lia.
Qed.

Lemma row_sum_monotone d d' h : d <= d' -> row_sum d h <= row_sum d' h.
Proof. by move=> le_d; apply: leq_sum => k _; apply: leq_bin2l. Qed.

(** (c): a set of [h] orders from d/2 on is at least as wide as the first [h] orders. *)
Lemma spread_width d roots :
  spread roots -> all (fun kappa => 2 * kappa <= d) roots ->
  row_sum d (size roots) <= \sum_(kappa <- roots) 'C(d, kappa).
Proof.
elim: roots => [|kappa rest IH] /=; first by rewrite /row_sum big_ord0.
case/andP=> large /IH le_rest /andP[small /le_rest {}le_rest].
by rewrite /row_sum big_ord_recr big_cons /= addnC leq_add // bin_grows.
Qed.

Lemma high_width d S :
  uniq S -> (forall r, r \in S -> (r < d) && (d <= 2 * r)) -> row_sum d (size S) <= width d S.
Proof.
move=> uniq_S high; have below r : r \in S -> r < d by case/high/andP.
have := @spread_width d _ (roots_spread uniq_S below); rewrite size_roots => le_sum.
have -> : width d S = \sum_(kappa <- roots_of d S) 'C(d, kappa).
  rewrite /roots_of (perm_big _ (permEl (perm_sort _ _))) /= big_map /width !big_seq; apply: eq_bigr => r in_S.
  by rewrite bin_sub // ltnW ?below.
apply: le_sum; apply/allP => kappa; rewrite mem_sort => /mapP[r in_S ->].
by have /andP[lt_rd le_d] := high r in_S; nat_lia.
Qed.

(** Orders lowered by [m]; those below [m] are dropped. *)
Definition lower m R : seq nat := [seq r - m | r <- R & m <= r].

Lemma lower0 R : lower 0 R = R.
Proof. by rewrite /lower filter_predT (eq_map subn0) map_id. Qed.

Lemma lower_next m R : lower 1 (lower m R) = lower m.+1 R.
Proof.
rewrite /lower filter_map -map_comp -filter_predI (eq_filter (a2 := leq m.+1)).
  by apply: eq_map => r; rewrite /= subn1 subnS.
by move=> r /=; rewrite subn_gt0; case: (ltnP m r) => // /ltnW ->.
Qed.

Lemma lower_uniq m R : uniq R -> uniq (lower m R).
Proof.
move=> uniq_R; rewrite map_inj_in_uniq ?filter_uniq // => r s; rewrite !mem_filter => /andP[le_r _] /andP[le_s _] same.
by rewrite -(subnK le_r) same subnK.
Qed.

Lemma lower_below d m R : (forall r, r \in R -> r < d) -> forall r, r \in lower m R -> r < d - m.
Proof.
move=> below s /mapP[r]; rewrite mem_filter => /andP[le_mr in_R] ->; have lt_rd := below r in_R; nat_lia.
Qed.

(** AM-GM. *)
Lemma four_products (a b n : nat) : a + b <= n -> 4 * (a * b) <= n ^ 2.
Proof. by move=> le_n; apply: leq_trans (nat_AGM2 a b) _; rewrite leq_exp2r. Qed.

End Naturals.

Local Open Scope ring_scope.

Section LowerBound.

Variable F : realFieldType.
Implicit Types (d m : nat) (R S : seq nat) (E : F).

(** (a): the link between [d] and [d-1]. *)
Lemma link d R E : approximates d.+1 R E -> approximates d (lower 1 R) (2%:R * E).
Proof.
case=> g bound; exists (fun r => g r.+1) => z le_zd.
have -> : span (lower 1 R) (fun r => g r.+1) z = span R g z.+1 - span R g z.
  rewrite /span big_map big_filter big_mkcond -sumrB; apply: eq_bigr => -[|r] _ /=; first by rewrite !bin0 subrr.
  by rewrite subn1 /= binS natrD mulrDr [X in _ = X - _]addrC addrK.
have := bound z.+1 le_zd; have := bound z (leqW le_zd);
rewrite eqSS (ltn_eqF (n := d.+1)) // sub0r normrN => le_z le_z1.
rewrite opprB addrCA mulr2n mulrDl mul1r addrC; apply: le_trans (ler_norm_add _ _) _.
by apply: ler_add.
Qed.

Lemma link_iterated m d R E : approximates (m + d) R E -> approximates d (lower m R) (2%:R ^+ m * E).
Proof.
elim: m d => [|m IH] d approx; first by rewrite lower0 expr0 mul1r.
by rewrite -lower_next exprS -mulrA; apply: link; apply: IH; rewrite addnS.
Qed.

(** The extremal theorem for any orders below [d]. *)
Lemma approximation_limit_any d S E :
  uniq S -> (forall r, r \in S -> (r < d)%N) -> approximates d S E -> 1 <= E * (row_sum d (size S) + 1)%:R.
Proof.
case: d => [|d] uniq_S below approx; last first.
  rewrite natrD; apply: (approximation_limit _ (ler0n _ _) _ approx) => // A extra.
  by apply: extrapolation_limit => //; apply: extrapolates_ge0 extra.
case: S below approx {uniq_S} => [|r S] below; last by have := below r (mem_head r S).
by case=> g /(_ 0%N isT); rewrite /span big_nil subr0 normr1 /row_sum big_ord0 mulr1.
Qed.

Lemma approximates_ge0 d S E : approximates d S E -> 0 <= E.
Proof. by case=> g /(_ 0%N isT); apply: le_trans. Qed.

(** Lowering orders up to d/2 by 1 halves the width at least. *)
Lemma lower_width d S : (forall r, r \in S -> (2 * r <= d.+1)%N) -> (2 * width d (lower 1 S) <= width d.+1 S)%N.
Proof.
move=> low; rewrite /width big_map big_filter big_distrr /= big_mkcond !big_seq; apply: leq_sum => -[|r] //= /low le_r.
by rewrite subn1; apply: bin_doubles.
Qed.

(** (b): orders up to d/2. *)
Lemma low_orders d S E :
  (0 < d)%N -> uniq S -> (0 < size S)%N -> (forall r, r \in S -> (2 * r <= d)%N) ->
  approximates d S E -> 1 <= E * (2 * width d S)%:R.
Proof.
elim: d S E => // d IH S E _ uniq_S size_S low approx.
case: (posnP (size (lower 1 S))) => [none | some].
  have only0 r : r \in S -> r = 0%N.
    move=> in_S; case: (posnP r) => // r_gt0; have : (r - 1)%N \in lower 1 S.
      by rewrite /lower (map_f (fun r => r - 1)%N) // mem_filter r_gt0.
    by rewrite (size0nil none).
  have def_S : S = [:: 0%N].
    case: S uniq_S size_S only0 {low approx none} => // r [|s S] /= uniq_S _ only0.
      by rewrite (only0 r) ?mem_head.
    by move: uniq_S; rewrite (only0 r) ?mem_head // (only0 s) ?mem_head // !inE ?eqxx ?orbT.
  rewrite def_S in approx *; rewrite /width big_seq1 bin0 muln1.
  have limit A := @extrapolation_limit_intercept F d.+1 [::] A (ltn0Sn d) isT isT.
  have := approximation_limit (ltn0Sn d) (ler0n _ _) limit approx.
  by rewrite /row_sum big_ord0 bin0 -[X in _ + X]/(1%:R) -natrD.
have d_gt0 : (0 < d)%N.
  case: d low some {IH approx} => // low; case def_S: (lower 1 S) => [|s T] // _.
  have /mapP[r] : s \in lower 1 S by rewrite def_S mem_head.
  by rewrite mem_filter => /andP[r_gt0 /low le_r] _; nat_lia.
have low' r : r \in lower 1 S -> (2 * r <= d)%N.
  by case/mapP=> s; rewrite mem_filter => /andP[s_gt0 /low le_s] ->; nat_lia.
apply: le_trans (IH _ _ d_gt0 (lower_uniq 1 uniq_S) some low' (link approx)) _.
rewrite mulrAC [_ * E]mulrC -natrM ler_wpmul2l ?(approximates_ge0 approx) // ler_nat leq_mul2l.
exact: lower_width.
Qed.

(** (c): orders from d/2 on, beside 0. *)
Lemma high_orders d R E :
  (0 < d)%N -> uniq R -> (forall r, r \in R -> (0 < r < d)%N && (d <= 2 * r)%N) ->
  approximates d (0%N :: R) E -> 1 <= E * (2 * width d (0%N :: R))%:R.
Proof.
move=> d_gt0 uniq_R high approx; have inner : inner_orders d R by apply/allP => r /high /andP[].
have limit A := @extrapolation_limit_intercept F d R A d_gt0 uniq_R inner.
apply: le_trans (approximation_limit d_gt0 (ler0n _ _) limit approx) _.
rewrite -[X in _ + X]/(1%:R) -natrD ler_wpmul2l ?(approximates_ge0 approx) // ler_nat.
have wide : (row_sum d (size R) <= width d R)%N.
  by apply: high_width => // r /high /andP[/andP[_ ->] ->].
have last_bin : ('C(d.-1, size R) <= row_sum d (size R) + 1)%N.
  apply: (@leq_trans 'C(d, size R)); first by apply: leq_bin2l; apply: leq_pred.
  by case: (size R) => [|h]; rewrite ?bin0 ?leq_addl // /row_sum big_ord_recr /= -addnA addnCA leq_addr.
rewrite /width big_cons bin0 -/(width d R) mulnDr muln1.
move: wide last_bin; move: (width d R) (row_sum d (size R)) 'C(d.-1, size R) => w s b le_w le_b; nat_lia.
Qed.

(** (d): the largest order up to d/2 is m >= 1. *)
Lemma mixed_orders d m R E :
  uniq R -> (forall r, r \in R -> (0 < r < d)%N) -> m \in R -> (2 * m <= d)%N ->
  (forall r, r \in R -> (2 * r <= d)%N -> (r <= m)%N) ->
  approximates d (0%N :: R) E -> 2%:R <= E * (width d (0%N :: R) ^ 2)%:R.
Proof.
move=> uniq_R inner in_m small largest approx.
have /andP[m_gt0 lt_md] := inner m in_m; pose big := [seq r <- R | (m < r)%N].
have approx' : approximates (d - m.+1) (lower m.+1 (0%N :: R)) (2%:R ^+ m.+1 * E).
  by apply: link_iterated; rewrite subnKC.
have below r : r \in 0%N :: R -> (r < d)%N.
  by rewrite inE => /predU1P[-> | /inner /andP[_]] //; apply: leq_ltn_trans lt_md.
have uniq_0R : uniq (0%N :: R) by rewrite /= uniq_R andbT; apply/negP => /inner.
have := approximation_limit_any (lower_uniq _ uniq_0R) (lower_below below) approx'.
have -> : size (lower m.+1 (0%N :: R)) = size big by rewrite size_map.
move=> bound; have E_ge0 := approximates_ge0 approx.
have le_H : (row_sum (d - m.+1) (size big) + 1 <= row_sum d (size big) + 1)%N.
  by rewrite leq_add2r row_sum_monotone // leq_subr.
have width_big : (row_sum d (size big) <= width d big)%N.
  apply: high_width; first exact: filter_uniq.
  move=> r; rewrite mem_filter => /andP[lt_mr in_R]; have /andP[_ ->] := inner r in_R.
  by case: (leqP d (2 * r)) => //= /ltnW /(largest r in_R); rewrite leqNgt lt_mr.
have width_R : ('C(d, m) + (row_sum d (size big) + 1) <= width d (0%N :: R))%N.
  have rest : ('C(d, m) <= \sum_(r <- R | ~~ (m < r)) 'C(d, r))%N.
    by rewrite (perm_big _ (perm_to_rem in_m)) big_cons ltnn leq_addr.
  have -> : width d (0%N :: R) = (1 + (width d big + \sum_(r <- R | ~~ (m < r)) 'C(d, r)))%N.
    by rewrite /width big_cons bin0 (bigID (fun r => m < r)%N) /= [in RHS]big_filter.
  move: rest width_big; move: (\sum_(r <- R | _) _)%N (width d big) (row_sum d _) 'C(d, m) => a b c e le_a le_b.
  nat_lia.
have products := four_products width_R; have powers := pow2_bin small.
have : (2 ^ m.+1 * (row_sum (d - m.+1) (size big) + 1) * 2 <= width d (0%N :: R) ^ 2)%N.
  rewrite (_ : (_ * 2 = 4 * (2 ^ m * (row_sum (d - m.+1) (size big) + 1)))%N); last first.
    by rewrite expnS [LHS]mulnC !mulnA.
  by apply: leq_trans products; rewrite leq_mul2l /=; apply: leq_mul.
rewrite -(ler_nat F) => le_N.
apply: le_trans (_ : E * (2 ^ m.+1 * (row_sum (d - m.+1) (size big) + 1) * 2)%:R <= _); last exact: ler_wpmul2l.
rewrite natrM mulrA -[X in X <= _]mul1r ler_pmul2r ?ltr0n //.
by rewrite natrM natrX mulrA [E * _]mulrC.
Qed.

End LowerBound.

Section Theorems.

Variable F : realFieldType.
Implicit Types (d : nat) (E : F).

Lemma approximates_cube d orders E :
  (0 < d)%N -> (forall r, r \in orders -> (0 < r < d)%N) ->
  achievable_on_cube d (0%N :: orders) E -> approximates d (0%N :: orders) E.
Proof.
move=> d_gt0 inner; rewrite reduction //; first by rewrite achievable_intercept //; apply/allP.
by move=> r; rewrite inE => /predU1P[-> // | /inner /andP[_ /ltnW]].
Qed.

Lemma half_over (n : nat) E : 1 <= E * (2 * n)%:R -> (2 * n)%:R^-1 <= E.
Proof.
case: (posnP (2 * n)) => [-> | pos bound]; first by rewrite mulr0 ler10.
by rewrite -[_^-1]mul1r ler_pdivr_mulr ?ltr0n.
Qed.

End Theorems.

(** Theorem: an estimator on the cube with the intercept and further orders up to d/2 that achieves the error E and
    reads N subpool maxima has E >= 1/(2N). *)
Theorem width_low_orders (F : realFieldType) (d : nat) (orders : seq nat) (E : F) :
  (0 < d)%N -> uniq orders -> (forall r, r \in orders -> (0 < r)%N && (2 * r <= d)%N) ->
  achievable_on_cube d (0%N :: orders) E -> (2 * width d (0%N :: orders))%:R^-1 <= E.
Proof.
move=> d_gt0 uniq_R low achieved; apply: half_over; apply: low_orders => //.
- by rewrite /= uniq_R andbT; apply/negP => /low.
- by move=> r; rewrite inE => /predU1P[-> // | /low /andP[]].
by apply: approximates_cube achieved => // r /low /andP[r_gt0 le_r]; nat_lia.
Qed.

(** Theorem: an estimator on the cube with the intercept and further orders from d/2 to d-1 that achieves the error E
    and reads N subpool maxima has E >= 1/(2N). *)
Theorem width_high_orders (F : realFieldType) (d : nat) (orders : seq nat) (E : F) :
  (0 < d)%N -> uniq orders -> (forall r, r \in orders -> (0 < r < d)%N && (d <= 2 * r)%N) ->
  achievable_on_cube d (0%N :: orders) E -> (2 * width d (0%N :: orders))%:R^-1 <= E.
Proof.
move=> d_gt0 uniq_R high achieved; apply: half_over; apply: high_orders => //.
by apply: approximates_cube achieved => // r /high /andP[].
Qed.

(** Theorem: an estimator on the cube with the intercept and further orders out of 1..d-1 that achieves the error E and
    reads N subpool maxima has E >= 1/(2N) or E >= 2/N^2. *)
Theorem width_bound (F : realFieldType) (d : nat) (orders : seq nat) (E : F) :
  (0 < d)%N -> uniq orders -> (forall r, r \in orders -> (0 < r < d)%N) ->
  achievable_on_cube d (0%N :: orders) E ->
  Num.min (2 * width d (0%N :: orders))%:R^-1 (2%:R / (width d (0%N :: orders) ^ 2)%:R) <= E.
Proof.
move=> d_gt0 uniq_R inner /(approximates_cube d_gt0 inner) approx; rewrite le_minl.
case: (boolP (has (fun r => 2 * r <= d)%N orders)) => [/hasP[r0 in_r0 low_r0] | /hasPn high]; last first.
  apply/orP; left; apply: half_over; apply: high_orders => // r in_R; rewrite inner //.
  by have := high r in_R; rewrite -ltnNge; apply: ltnW.
apply/orP; right; pose low r := (r \in orders) && (2 * r <= d)%N.
have some : exists r, low r by exists r0; rewrite /low in_r0.
have bounded r : low r -> (r <= d)%N by case/andP=> /inner /andP[_ /ltnW].
case: (ex_maxnP some bounded) => m /andP[in_m low_m] largest.
have N_gt0 : (0 < width d (0%N :: orders) ^ 2)%N by rewrite expn_gt0 /width big_cons bin0.
rewrite ler_pdivr_mulr ?ltr0n //; apply: (mixed_orders uniq_R inner in_m low_m) approx.
by move=> r in_R low_r; apply: largest; rewrite /low in_R.
Qed.

(** Theorem: if the indicator of z = d+1 on 0..d+1 is within E of the span of the C(z,r), r in R, then that of z = d on
    0..d is within 2E of the span of the C(z,r-1), r >= 1 in R. *)
Theorem lowered_orders (F : realFieldType) (d : nat) (orders : seq nat) (E : F) :
  approximates d.+1 orders E -> approximates d [seq (r - 1)%N | r <- orders & (0 < r)%N] (2%:R * E).
Proof. exact: link. Qed.
