(** * Order statistics by one order

    Let [p = C(j-1,r)/C(d,r)], [q = C(j,r)/C(d,r)].  At [z] zeros the order statistic [x_(j)] is [z < j], and the class
    of the orders 0 and [r] is the span of 1 and [g(z) = C(z,r)/C(d,r)], which does not fall, from 0 to 1, and is [p] at
    [j-1], [q] at [j].

    Claim: the least error of [{0, r}] is the larger of [p/q] and [(1-q)/(1-p)], halved; if [p + q >= 1], more orders
    above [j] do not change it.  Relative to the range, the error of [m_r] is the larger of [p] and [1-q].

    Proof.  If [p + q >= 1], then [p/q] is the larger, and the residual of [1 + E - g/q] is [g/q - E] before [j] and
    [g/q - 1 - E] from [j] on, between [-E] and [E]; the weights [q-p], [-q], [p] at [z = 0], [j-1], [j] prove that no
    error is smaller.  Otherwise [(1-q)/(1-p)] is the larger, with the residuals [1 - h + E] and [-h + E],
    [h = (1-g)/(1-p)], and the weights [1-q], [p-1], [q-p] at [z = j-1], [j], [d]. *)

From mathcomp Require Import all_ssreflect fingroup perm all_algebra.
From Subpool Require Import Algebra Classes Duality Reduction OtherTargets TargetReduction.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Single.

Variables (F : realFieldType) (d r j : nat).
Add Field F_field : (field_laws F).
Hypotheses (range_r : (0 < r <= d)%N) (range_j : (0 < j <= d)%N).
Implicit Types (z : nat) (R S : seq nat) (E : F).

Let r_gt0 : (0 < r)%N. Proof. by case/andP: range_r. Qed.
Let le_rd : (r <= d)%N. Proof. by case/andP: range_r. Qed.
Let j_gt0 : (0 < j)%N. Proof. by case/andP: range_j. Qed.
Let le_jd : (j <= d)%N. Proof. by case/andP: range_j. Qed.

(** ** The target *)

Definition only_place (i : nat) : F := (i.+1 == j)%:R.

Lemma lt_place : (j.-1 < d)%N. Proof. by rewrite prednK. Qed.

Lemma one_place (f : 'I_d -> F) : \sum_(i < d) only_place i * f i = f (Ordinal lt_place).
Proof.
rewrite (bigD1 (Ordinal lt_place)) //= /only_place prednK // eqxx mul1r big1 ?addr0 // => i ne_i.
rewrite (_ : (i.+1 == j) = false) ?mul0r //; apply: contraNF ne_i => /eqP def_j.
by apply/eqP/val_inj; rewrite /= -def_j.
Qed.

Lemma sum_from_place z : sum_from d only_place z = (z < j)%:R.
Proof.
rewrite /sum_from big_mkcond -[in RHS](prednK j_gt0) ltnS -(one_place (fun i => (z <= i)%N%:R)).
by apply: eq_bigr => i _; case: (z <= i)%N; rewrite ?mulr1 ?mulr0.
Qed.

Lemma sum_only_place : \sum_(i < d) only_place i = 1.
Proof. by rewrite -(one_place (fun=> 1)); apply: eq_bigr => i _; rewrite mulr1. Qed.

(** ** The function [g] *)

Definition share z : F := 'C(z, r)%:R / 'C(d, r)%:R.

Let p := share j.-1.
Let q := share j.

Lemma all_gt0 : 0 < 'C(d, r)%:R :> F.
Proof. by rewrite ltr0n bin_gt0. Qed.

Lemma share_le y z : (y <= z)%N -> share y <= share z.
Proof. by move=> le_yz; rewrite ler_pmul2r ?invr_gt0 ?all_gt0 // ler_nat leq_bin2l. Qed.

Lemma share_ge0 z : 0 <= share z.
Proof. by rewrite divr_ge0 ?ler0n. Qed.

Lemma share_d : share d = 1.
Proof. by rewrite /share divff // bin_neq0. Qed.

Lemma share_0 : share 0 = 0.
Proof. by rewrite /share bin_small // mul0r. Qed.

Lemma share_lt1 z : (z < d)%N -> share z < 1.
Proof.
move=> lt_zd; have d_gt0 := leq_trans r_gt0 le_rd.
apply: le_lt_trans (share_le (_ : z <= d.-1)%N) _; first by rewrite -ltnS prednK.
rewrite ltr_pdivr_mulr ?all_gt0 // mul1r ltr_nat -{2}(prednK d_gt0) -{2}(prednK r_gt0) binS prednK //.
by rewrite -[X in (X < _)%N]addn0 ltn_add2l bin_gt0 -ltnS !prednK.
Qed.

Lemma bin_share z : 'C(z, r)%:R = share z * 'C(d, r)%:R.
Proof. by rewrite divfK // bin_neq0. Qed.

Let p_ge0 : 0 <= p. Proof. exact: share_ge0. Qed.
Let q_ge0 : 0 <= q. Proof. exact: share_ge0. Qed.
Let le_pq : p <= q. Proof. by apply: share_le; exact: leq_pred. Qed.
Let q_le1 : q <= 1. Proof. by rewrite -share_d share_le. Qed.
Let p_lt1 : p < 1. Proof. by apply: share_lt1; rewrite prednK. Qed.
Let above_p : 0 < 1 - p. Proof. by rewrite subr_gt0. Qed.

(** ** Which bound is the larger *)

Lemma difference_of_products : p * (1 - p) - (1 - q) * q = (q - p) * (p + q - 1).
Proof. by clearbody p q; normal_ring F. Qed.

Lemma low_is_larger : 1 <= p + q -> (1 - q) / (1 - p) <= p / q.
Proof.
move=> large; have q_gt0 : 0 < q by apply: lt_le_trans above_p _; rewrite ler_subl_addl.
rewrite ler_pdivr_mulr // mulrAC ler_pdivl_mulr // -subr_ge0 difference_of_products.
by rewrite mulr_ge0 // subr_ge0.
Qed.

Lemma high_is_larger : p + q <= 1 -> p / q <= (1 - q) / (1 - p).
Proof.
move=> small; have [-> | q_neq0] := eqVneq q 0.
  by rewrite invr0 mulr0 subr0 divr_ge0 ?ler01 ?(ltW above_p).
have q_gt0 : 0 < q by rewrite lt0r q_neq0.
rewrite ler_pdivr_mulr // mulrAC ler_pdivl_mulr // -subr_le0 difference_of_products.
by rewrite mulr_ge0_le0 ?subr_ge0 // subr_le0.
Qed.

(** ** Lower bounds *)

Let step z : F := (z < j)%:R.

Let lt_pred : (j.-1 < j)%N. Proof. by rewrite prednK. Qed.
Let until z : (z < j)%N -> step z = 1. Proof. by rewrite /step => ->. Qed.
Let from_place z : (j <= z)%N -> step z = 0. Proof. by rewrite /step leqNgt => /negbTE ->. Qed.

Lemma low_bound R beta E :
  (forall s, s \in R -> s = 0%N \/ s = r \/ (j < s)%N) -> vertices_within d step R beta E -> p / q / 2%:R <= E.
Proof.
move=> orders bound; have [q0 | q_neq0] := eqVneq q 0.
  by rewrite q0 invr0 mulr0 mul0r; apply: le_trans (normr_ge0 _) (bound 0%N _).
have q_gt0 : 0 < q by rewrite lt0r q_neq0.
have := @three_places F d step R beta E 0 j.-1 j (q - p) q p.
rewrite (until j_gt0) (until lt_pred) (from_place (leqnn j)).
rewrite mulr0 !mulr1 addr0 [q - p - q]addrAC subrr add0r normrN ger0_norm // => low.
rewrite ler_pdivr_mulr ?ltr0n // ler_pdivr_mulr // -mulrA; apply: low => //; rewrite ?subr_ge0 ?subrK //.
  by rewrite (leq_trans (leq_pred j)).
move=> s /orders[-> // | [-> _ | lt_js s_gt0]].
  by rewrite (bin_share 0) (bin_share j) (bin_share j.-1) share_0 mul0r mulr0 add0r mulrCA.
by rewrite !bin_small ?mulr0 ?addr0 // (leq_ltn_trans (leq_pred j)).
Qed.

Lemma high_bound R beta E :
  (forall s, s \in R -> s = 0%N \/ s = r) -> vertices_within d step R beta E -> (1 - q) / (1 - p) / 2%:R <= E.
Proof.
move=> orders bound; have q_le1' : 0 <= 1 - q by rewrite subr_ge0.
have := @three_places F d step R beta E j.-1 j d (1 - q) (1 - p) (q - p); rewrite (until lt_pred).
rewrite (from_place (leqnn j)) (from_place le_jd).
rewrite !mulr0 mulr1 addr0 subr0 ger0_norm // => high.
rewrite ler_pdivr_mulr ?ltr0n // ler_pdivr_mulr // -mulrA; apply: high => //; rewrite ?subr_ge0 //.
- by rewrite (leq_trans (leq_pred j)).
- by rewrite addrA subrK.
move=> s /orders[-> // | -> _]; rewrite (bin_share j) (bin_share j.-1) -/q -/p.
by move: 'C(d, r)%:R => n; clearbody p q; normal_ring F.
Qed.

(** ** Residuals *)

Lemma in_band (a v : F) : 0 <= v <= a -> `|v - a / 2%:R| <= a / 2%:R.
Proof. by rewrite ler_distl subrr -splitr. Qed.

Lemma low_residual z (g := share z) :
  1 <= p + q -> (z <= d)%N -> `|step z - (1 + p / q / 2%:R + - q^-1 * g)| <= p / q / 2%:R.
Proof.
move=> large le_zd; have q_gt0 : 0 < q by apply: lt_le_trans above_p _; rewrite ler_subl_addl.
have [lt_zj | le_jz] := ltnP z j.
  rewrite until // (_ : _ - _ = g / q - p / q / 2%:R); last first.
    by rewrite mulNr [_ * g]mulrC; move: (g / q) (p / q / 2%:R) => v e; normal_ring F.
  by rewrite in_band // divr_ge0 ?share_ge0 //= ler_pmul2r ?invr_gt0 // share_le // -ltnS prednK.
have le_qg : q <= g by exact: share_le.
rewrite from_place // (_ : _ - _ = (g - q) / q - p / q / 2%:R); last first.
  rewrite mulNr [_ * g]mulrC mulrBl divff ?gt_eqF //; move: (g / q) (p / q / 2%:R) => v e; normal_ring F.
rewrite in_band // divr_ge0 ?subr_ge0 //= ler_pmul2r ?invr_gt0 // ler_subl_addr.
by apply: le_trans large; rewrite -share_d share_le.
Qed.

Lemma high_residual z (g := share z) (e := (1 - q) / (1 - p) / 2%:R) :
  p + q <= 1 -> (z <= d)%N -> `|step z - ((1 - p)^-1 - e + - (1 - p)^-1 * g)| <= e.
Proof.
move=> small le_zd; rewrite distrC; have above_p' : 1 - p <> 0 by apply/eqP; rewrite gt_eqF.
have [lt_zj | le_jz] := ltnP z j.
  rewrite until // (_ : _ - _ = (p - g) / (1 - p) - e); last by clearbody e g; clearbody p q; normal_field F.
  have le_gp : g <= p by apply: share_le; rewrite -ltnS prednK.
  apply: in_band; rewrite divr_ge0 ?subr_ge0 ?(ltW p_lt1) //= ler_pmul2r ?invr_gt0 // ler_subl_addr.
  by rewrite (le_trans _ (_ : 1 - q <= _)) ?ler_subr_addr // ler_addl share_ge0.
rewrite from_place // subr0 [X in `|X|](_ : _ = (1 - g) / (1 - p) - e); last first.
  by clearbody e g; clearbody p q; normal_field F.
apply: in_band; rewrite divr_ge0 ?subr_ge0 ?(ltW p_lt1) //=; last by rewrite -share_d share_le.
by rewrite ler_pmul2r ?invr_gt0 // ler_add2l ler_opp2 share_le.
Qed.

(** ** The least errors *)

Lemma least_of_pair S :
  (forall s, s \in S -> (j < s < d)%N) -> S = [::] \/ 1 <= p + q ->
  let R := undup (0%N :: r :: S) in
  forall E, (exists beta, vertices_within d step R beta E) <-> 2%:R^-1 * Num.max (p / q) ((1 - q) / (1 - p)) <= E.
Proof.
move=> above either R E; rewrite mulrC.
have orders s : s \in R -> s = 0%N \/ s = r \/ (j < s)%N.
  rewrite mem_undup !inE => /or3P[/eqP | /eqP | /above /andP[]]; by [left | right; left | right; right].
have line a b e : (forall z, (z <= d)%N -> `|step z - (a + b * share z)| <= e) -> e <= E ->
    exists beta, vertices_within d step R beta E.
  move=> bound le_eE; have [||||beta def_f] := @pair_estimate F d R r a b.
  all: rewrite ?undup_uniq ?mem_undup ?inE ?eqxx ?orbT //.
  by exists beta => z /bound; rewrite def_f => /le_trans; exact.
have [large | small] := lerP 1 (p + q).
  rewrite (max_idPl _) ?low_is_larger //; split=> [[beta /(low_bound orders)] // | ].
  by apply: line => z; exact: low_residual.
have {either} S0 : S = [::] by case: either => // /(le_lt_trans) /(_ small); rewrite ltxx.
rewrite (max_idPr _) ?high_is_larger ?(ltW small) //; split=> [[beta] | ].
  by apply: high_bound => s; rewrite mem_undup S0 !inE => /orP[/eqP | /eqP]; [left | right].
by apply: line => z; apply: high_residual; exact: ltW.
Qed.

Lemma least_relative_of_one E :
  (exists beta, \sum_(s <- [:: r]) beta s = 1 /\ vertices_within d step [:: r] beta E) <-> Num.max p (1 - q) <= E.
Proof.
have residual beta z : \sum_(s <- [:: r]) beta s = 1 -> step z - estimate d [:: r] beta z = step z - (1 - share z).
  by rewrite big_seq1 /estimate big_seq1 /feature gtn_eqF // => ->; rewrite mul1r.
rewrite le_maxl; split=> [[beta [sum1 bound]] | /andP[le_p le_q]].
  apply/andP; split.
    have := bound j.-1; rewrite residual // until // opprB addrCA subrr addr0 ger0_norm //; apply.
    by rewrite (leq_trans (leq_pred j)).
  have := bound j le_jd; rewrite residual // (from_place (leqnn j)) sub0r normrN ger0_norm // subr_ge0 //.
exists (fun=> 1); split=> [|z le_zd]; first by rewrite big_seq1.
rewrite residual ?big_seq1 //; have [lt_zj | le_jz] := ltnP z j.
  rewrite until // opprB addrCA subrr addr0 ger0_norm ?share_ge0 //; apply: le_trans le_p.
  by apply: share_le; rewrite -ltnS prednK.
rewrite from_place // sub0r normrN ger0_norm ?subr_ge0 -?share_d ?share_le //; apply: le_trans le_q.
by rewrite share_d ler_add2l ler_opp2 share_le.
Qed.

(** ** On the cube *)

Variable g : ('I_d -> F) -> F.
Hypothesis def_g : forall x (s : {perm 'I_d}) (i : 'I_d), sorted_by s x -> i.+1 = j -> g x = x (s i).

Lemma sum_of_entries x s : sorted_by s x -> g x = \sum_(i < d) only_place i * x (s i).
Proof. by move=> sorted; rewrite (one_place (fun i => x (s i))); apply: def_g => //=; rewrite prednK. Qed.

Lemma within_sum_from R beta E :
  vertices_within d (sum_from d only_place) R beta E <-> vertices_within d step R beta E.
Proof. by split=> bound z /bound; rewrite sum_from_place. Qed.

Lemma least_error_of_pair S :
  (forall s, s \in S -> (j < s < d)%N) -> S = [::] \/ 1 <= p + q ->
  least_error (target_achievable g (undup (0%N :: r :: S))) (2%:R^-1 * Num.max (p / q) ((1 - q) / (1 - p))).
Proof.
move=> above either E; rewrite (target_reduction sum_of_entries); last first.
  by move=> s; rewrite mem_undup !inE => /or3P[/eqP -> // | /eqP -> // | /above /andP[_ /ltnW]].
by rewrite -(least_of_pair above either); split=> -[beta bound]; exists beta; apply/within_sum_from.
Qed.

Lemma least_relative_error : least_error (target_achievable_relative g [:: r]) (Num.max p (1 - q)).
Proof.
move=> E; rewrite (target_reduction_relative sum_of_entries) ?sum_only_place ?(leq_trans j_gt0) //; last first.
  by move=> s; rewrite inE => /eqP ->.
rewrite -least_relative_of_one.
by split=> -[beta [sum1 bound]]; exists beta; split=> //; apply/within_sum_from.
Qed.

End Single.

(** Theorem: for the order statistic x_(j), with p = C(j-1,r)/C(d,r) and q = C(j,r)/C(d,r), the least error of the orders
    0 and r, and of more orders above j and below d if p + q >= 1, is the larger of p/q and (1-q)/(1-p), halved. *)
Theorem order_statistic_single (F : realFieldType) (d r j : nat) (others : seq nat) (g : ('I_d -> F) -> F)
    (p : F := 'C(j.-1, r)%:R / 'C(d, r)%:R) (q : F := 'C(j, r)%:R / 'C(d, r)%:R) :
  (0 < r <= d)%N -> (0 < j <= d)%N -> (forall s, s \in others -> (j < s < d)%N) -> others = [::] \/ 1 <= p + q ->
  (forall x (s : {perm 'I_d}) (i : 'I_d), sorted_by s x -> i.+1 = j -> g x = x (s i)) ->
  least_error (target_achievable g (undup (0%N :: r :: others))) (2%:R^-1 * Num.max (p / q) ((1 - q) / (1 - p))).
Proof. by move=> range_r range_j above either def_g; exact: least_error_of_pair. Qed.

(** Theorem: for the order statistic x_(j), with p = C(j-1,r)/C(d,r) and q = C(j,r)/C(d,r), the error of m_r relative to
    the range is the larger of p and 1 - q. *)
Theorem range_order_statistic_single (F : realFieldType) (d r j : nat) (g : ('I_d -> F) -> F)
    (p : F := 'C(j.-1, r)%:R / 'C(d, r)%:R) (q : F := 'C(j, r)%:R / 'C(d, r)%:R) :
  (0 < r <= d)%N -> (0 < j <= d)%N ->
  (forall x (s : {perm 'I_d}) (i : 'I_d), sorted_by s x -> i.+1 = j -> g x = x (s i)) ->
  least_error (target_achievable_relative g [:: r]) (Num.max p (1 - q)).
Proof. by move=> range_r range_j def_g; exact: least_relative_error. Qed.
