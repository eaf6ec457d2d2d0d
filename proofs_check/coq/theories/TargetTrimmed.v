(** * Trimmed means by the mean

    Claim: for the mean without the [k] largest and the [k] smallest of [d] inputs, [2k < d], the least error of the
    orders 0, 1 and any above [d-k] is [E = k/(2(d-k))].

    Proof.  At [z] zeros the target [t] is 1 up to [z = k], [(d-k-z)/(d-2k)] up to [z = d-k], and then 0.  The residual
    of the line [1 + E - z/(d-k)] is [v - E] with [v = t - 1 + z/(d-k)], which is between 0 and [2E]: it is [z/(d-k)],
    then [2E t], then [(z-(d-k))/(d-k)].  The weights [d-2k], [-(d-k)], [k] at [z = 0], [k], [d-k] prove that no error is
    smaller. *)

From mathcomp Require Import all_ssreflect fingroup perm all_algebra.
From Subpool Require Import Algebra Classes Reduction OtherTargets TargetReduction.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Trimmed.

Variables (F : realFieldType) (d k : nat).
Add Field F_field : (field_laws F).
Hypothesis trims : (2 * k < d)%N.
Implicit Types (z : nat) (R S : seq nat) (E : F).

Let lt_kdk : (k < d - k)%N. Proof. by rewrite ltn_subRL addnn -mul2n. Qed.
Let lt_kd : (k < d)%N. Proof. by apply: leq_trans lt_kdk (leq_subr k d). Qed.

(** ** The target *)

(** The share of one of the entries that are kept. *)
Definition kept_share (i : nat) : F := if (k <= i < d - k)%N then (d - 2 * k)%:R^-1 else 0.

Definition ramp z : F := (d - k - maxn k z)%:R / (d - 2 * k)%:R.

Lemma sum_kept z : sum_from d kept_share z = ramp z.
Proof.
rewrite /sum_from /kept_share big_mkcond /= -(big_mkord xpredT (fun i => if (z <= i)%N then
  if (k <= i < d - k)%N then _ else _ else _)).
transitivity (\sum_(maxn k z <= i < d - k) ((d - 2 * k)%:R^-1 : F)); last first.
  by rewrite sumr_const_nat /ramp mulr_natl.
rewrite [RHS](big_nat_widenl _ 0) // [RHS](big_nat_widen _ _ d) ?leq_subr // [RHS]big_mkcond /=.
apply: eq_bigr => i _; by rewrite geq_max; case: (z <= i)%N; case: (k <= i)%N; case: (i < d - k)%N.
Qed.

Let kept : (d - k - k = d - 2 * k)%N. Proof. by rewrite -subnDA addnn -mul2n. Qed.

(** ** The two lengths *)

Let m : F := (d - k)%:R.
Let n : F := (d - 2 * k)%:R.

Let m_gt0 : 0 < m. Proof. by rewrite ltr0n; apply: leq_ltn_trans lt_kdk. Qed.
Let n_gt0 : 0 < n. Proof. by rewrite ltr0n subn_gt0. Qed.

Let n_above : m = n + k%:R. Proof. by rewrite -natrD -kept subnK // ltnW. Qed.

Lemma ramp_low z : (z <= k)%N -> ramp z = 1.
Proof. by move=> le_zk; rewrite /ramp (maxn_idPl le_zk) kept divff // gt_eqF. Qed.

Lemma ramp_between z : (k <= z <= d - k)%N -> ramp z = (m - z%:R) / n.
Proof. by case/andP=> le_kz le_z; rewrite /ramp (maxn_idPr le_kz) natrB. Qed.

Lemma ramp_high z : (d - k <= z)%N -> ramp z = 0.
Proof.
move=> le_z; rewrite /ramp (_ : (d - k - maxn k z = 0)%N) ?mul0r //; apply/eqP; rewrite subn_eq0.
by rewrite leq_max le_z orbT.
Qed.

(** ** The lower bound *)

Lemma trimmed_bound R beta E :
  (forall s, s \in R -> s = 0%N \/ s = 1%N \/ (d - k < s)%N) -> vertices_within d ramp R beta E ->
  k%:R / (2%:R * m) <= E.
Proof.
move=> orders bound; have := @three_places F d ramp R beta E 0 k (d - k) n m k%:R.
rewrite (ramp_low (leq0n k)) (ramp_low (leqnn k)) (ramp_high (leqnn _)) mulr0 addr0 !mulr1.
rewrite (_ : n - m = - k%:R) ?normrN ?normr_nat => [low|]; last by rewrite n_above opprD addrA subrr sub0r.
rewrite ler_pdivr_mulr ?(mulr_gt0 _ m_gt0) ?ltr0n //.
apply: low => //; rewrite ?leq_subr ?ler0n ?(ltW n_gt0) ?(ltnW lt_kd) //.
move=> s /orders[-> // | [-> _ | lt_s _]]; first by rewrite !bin1 mulr0 add0r mulrC.
by rewrite !bin_small ?mulr0 ?addr0 //; apply: leq_ltn_trans lt_s => //; exact: ltnW.
Qed.

(** ** The line *)

Let e : F := k%:R / (2%:R * m).

Let double : k%:R / m = e + e.
Proof. by rewrite /e invfM mulrCA [2%:R^-1 * _]mulrC -splitr. Qed.

Lemma line_within z : (z <= d)%N -> `|ramp z - (1 + e + - (d%:R / m) * ('C(z, 1)%:R / 'C(d, 1)%:R))| <= e.
Proof.
move=> le_zd; have m_neq0 : m <> 0 by apply/eqP; rewrite gt_eqF.
have n_neq0 : n <> 0 by apply/eqP; rewrite gt_eqF.
have d_neq0 : d%:R <> 0 :> F by apply/eqP; rewrite pnatr_eq0 -lt0n; apply: leq_ltn_trans lt_kd.
rewrite !bin1 (_ : ramp z - _ = ramp z - 1 + z%:R / m - e); last first.
  by move: (d%:R : F) d_neq0 (z%:R : F) (ramp z) => D D_neq0 Z t; clearbody e m; normal_field F.
rewrite ler_distl subrr -double.
have [le_zk | lt_kz] := leqP z k.
  rewrite ramp_low // subrr add0r divr_ge0 ?ler0n ?(ltW m_gt0) //= ler_pmul2r ?invr_gt0 // ler_nat //.
have [le_z | lt_z] := leqP z (d - k).
  rewrite ramp_between ?le_z ?(ltnW lt_kz) // (_ : _ + _ = k%:R / m * ((m - z%:R) / n)); last first.
    rewrite n_above in m_neq0 *.
    by move: (k%:R : F) (z%:R : F) m_neq0 => K Z; clearbody n => m_neq0; normal_field F.
  have le_zm : 0 <= m - z%:R by rewrite subr_ge0 ler_nat.
  have share_ge0 : 0 <= k%:R / m by rewrite divr_ge0 ?ler0n // ltW.
  rewrite mulr_ge0 ?(divr_ge0 le_zm (ltW n_gt0)) //= ler_pimulr // ler_pdivr_mulr // mul1r n_above.
  by rewrite ler_subl_addr ler_add2l ler_nat ltnW.
rewrite ramp_high ?(ltnW lt_z) // sub0r addrC subr_ge0 ler_pdivl_mulr // mul1r ler_nat (ltnW lt_z) /=.
rewrite ler_subl_addr -[X in _ + X](divff (negbT (gt_eqF m_gt0))) -mulrDl ler_pmul2r ?invr_gt0 // -natrD ler_nat.
by rewrite subnKC // ltnW.
Qed.

(** ** On the cube *)

Variable g : ('I_d -> F) -> F.
Hypothesis def_g :
  forall x (s : {perm 'I_d}), sorted_by s x -> g x = (\sum_(i < d | (k <= i < d - k)%N) x (s i)) / (d - 2 * k)%:R.

Lemma sum_of_entries x s : sorted_by s x -> g x = \sum_(i < d) kept_share i * x (s i).
Proof.
move=> /def_g ->; rewrite mulr_suml big_mkcond; apply: eq_bigr => i _; rewrite /kept_share.
by case: ifP; rewrite ?mul0r // mulrC.
Qed.

Lemma trimmed_least_error S :
  (forall s, s \in S -> (d - k < s < d)%N) ->
  least_error (target_achievable g (undup (0%N :: 1%N :: S))) (k%:R / (2%:R * (d - k)%:R)).
Proof.
move=> above E; have d_gt0 := leq_ltn_trans (leq0n k) lt_kd.
rewrite (target_reduction sum_of_entries); last first.
  by move=> s; rewrite mem_undup !inE => /or3P[/eqP -> // | /eqP -> // | /above /andP[_ /ltnW]].
split=> [[beta bound] | le_E].
  apply: (@trimmed_bound (undup (0%N :: 1%N :: S)) beta) => [s | z le_zd]; last by rewrite -sum_kept bound.
  by rewrite mem_undup !inE => /or3P[/eqP | /eqP | /above /andP[]]; [left | right; left | right; right].
have [|||| beta def_f] := @pair_estimate F d (undup (0%N :: 1%N :: S)) 1 (1 + e) (- (d%:R / m)).
- by rewrite undup_uniq.
- by rewrite mem_undup inE.
- by rewrite mem_undup !inE.
- by [].
by exists beta => z le_zd; rewrite sum_kept def_f; apply: le_trans (line_within le_zd) le_E.
Qed.

End Trimmed.

(** Theorem: for the mean of d inputs without the k largest and the k smallest, 2k < d, the least error of the orders 0
    and 1, and of any more above d - k and below d, is k/(2(d-k)). *)
Theorem trimmed_mean (F : realFieldType) (d k : nat) (others : seq nat) (g : ('I_d -> F) -> F) :
  (2 * k < d)%N -> (forall s, s \in others -> (d - k < s < d)%N) ->
  (forall x (s : {perm 'I_d}), sorted_by s x -> g x = (\sum_(i < d | (k <= i < d - k)%N) x (s i)) / (d - 2 * k)%:R) ->
  least_error (target_achievable g (undup (0%N :: 1%N :: others))) (k%:R / (2%:R * (d - k)%:R)).
Proof. by move=> trims above def_g; exact: trimmed_least_error. Qed.
