(** * The top families: the bounds of the extremal theorem are attained

    Claim: the orders {0} and d-j..d-1, [j <= d-1], achieve the error [E] iff [E >= 1/(2 sum_{k<=j} C(d-1,k))]; relative
    to the range, the orders d-j..d-1, [1 <= j <= d-1], achieve it iff [E >= 1/(sum_{1<=k<=j} C(d,k))].

    Proof.  That no smaller error is achieved is the extremal theorem.  The estimators: let [i = d-j-1].  The function
    [u(z) = -(-1)^(d + max(z,i))] on 0..d-1 is constant on 0..i, so its r-th differences at 0 vanish for [1 <= r <= i]:
    Newton's interpolation of [u] uses the orders 0 and d-j..d-1 only.  Its value at [d] is
    [sum_{1<=k<=j} C(d,k) + C(d-1,j)] by the d-th difference, the constant part by the alternating sum of a row of
    Pascal's triangle cut short.  Relative to the range, take 0 for the constant. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Binomials Classes Duality Reduction Extremal.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** The [j] largest orders below [d]. *)
Definition top (d j : nat) : seq nat := iota (d - j) j.

Lemma top_uniq d j : uniq (top d j).
Proof. exact: iota_uniq. Qed.

Lemma size_top d j : size (top d j) = j.
Proof. exact: size_iota. Qed.

Lemma top_inner d j : (j < d)%N -> forall r, r \in top d j -> (0 < r < d)%N.
Proof.
move=> lt_jd r; rewrite mem_iota subnK; last exact: ltnW.
by case/andP=> ge_r ->; rewrite andbT (leq_trans _ ge_r) // subn_gt0.
Qed.

Section TopFamily.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Implicit Types (d j r z : nat) (u : nat -> F).

Local Notation sign k := ((-1) ^+ k : F).

(** A function that is constant on 0..i has no differences of the orders 1..i. *)
Lemma newton_constant u i r : (forall z, (z <= i)%N -> u z = u 0%N) -> (0 < r <= i)%N -> newton u r = 0.
Proof.
move=> const /andP[r_gt0 le_ri]; rewrite /newton.
transitivity (\sum_(k < r.+1) sign r * u 0%N * (sign k * 'C(r, k)%:R)).
  apply: eq_bigr => k _; have le_kr : (k <= r)%N by rewrite -ltnS.
  rewrite (const _ (leq_trans le_kr le_ri)) exprD.
  by move: (sign r) (sign k) ('C(r, k)%:R : F) (u 0%N) => a b c e; normal_ring F.
by rewrite -mulr_sumr alternating_row // (gtn_eqF r_gt0) mulr0.
Qed.

Lemma split_orders d j : (j < d)%N -> iota 0 d = 0%N :: iota 1 (d - j).-1 ++ top d j.
Proof.
move=> lt_jd; have gap_gt0 : (0 < d - j)%N by rewrite subn_gt0.
rewrite -{1}(subnK (ltnW lt_jd)) iotaD add0n -{1}(prednK gap_gt0).
by [].
Qed.

Lemma span_cat S T g z : span (S ++ T) g z = span S g z + span T g z :> F.
Proof. by rewrite /span big_cat. Qed.

Lemma span_zero S g z : (forall r, r \in S -> g r = 0) -> span S g z = 0 :> F.
Proof. by move=> zero; rewrite /span big_seq big1 // => r /zero ->; rewrite mul0r. Qed.

(** Newton's interpolation of such a function needs the intercept and the [j] largest orders only. *)
Lemma span_top_intercept d j u z :
  (j < d)%N -> (forall z, (z <= (d - j).-1)%N -> u z = u 0%N) ->
  span (0%N :: top d j) (newton u) z = span (iota 0 d) (newton u) z.
Proof.
move=> lt_jd const; rewrite (split_orders lt_jd) !span_intercept span_cat [span (iota 1 _) _ _]span_zero ?add0r //.
by move=> r; rewrite mem_iota add1n ltnS => range; apply: newton_constant range.
Qed.

Lemma span_top d j u z :
  (j < d)%N -> (forall z, (z <= (d - j).-1)%N -> u z = 0) ->
  span (top d j) (newton u) z = span (iota 0 d) (newton u) z.
Proof.
move=> lt_jd zero; have const y : (y <= (d - j).-1)%N -> u y = u 0%N by move=> le_y; rewrite !zero.
by rewrite -(span_top_intercept z lt_jd const) span_intercept /newton big_ord1 zero // mulr0 add0r.
Qed.

(** sum over d-j <= z < d of C(d,z). *)
Lemma upper_row_sum d j : (j < d)%N -> \sum_(d - j <= z < d) 'C(d, z)%:R = (row_sum d j)%:R :> F.
Proof.
move=> lt_jd; rewrite /row_sum natr_sum -{1}[(d - j)%N]add0n big_addn subKn ?(ltnW lt_jd) //.
rewrite big_mkord (reindex_inj rev_ord_inj) /=; apply: eq_bigr => k _; congr (_%:R).
have lt_kj := ltn_ord k; rewrite -[RHS]bin_sub; last by apply: leq_trans lt_kj (ltnW lt_jd).
congr 'C(_, _); nat_lia.
Qed.

(** With intercept. *)
Definition top_constant d j : nat := row_sum d j + 'C(d.-1, j).

Definition top_values d j z : F := - sign (d + maxn z (d - j).-1).

Lemma top_extrapolates d j :
  (j < d)%N -> span (0%N :: top d j) (newton (top_values d j)) d = (top_constant d j)%:R.
Proof.
move=> lt_jd; have gap_gt0 : (0 < d - j)%N by rewrite subn_gt0.
rewrite span_top_intercept // => [|z le_z]; last by rewrite /top_values (maxn_idPr le_z) max0n.
rewrite span_newton_d -(big_mkord predT (fun z => alternating_binomial F d z * top_values d j z)).
rewrite (big_cat_nat _ _ _ (leq0n (d - j)) (leq_subr j d)) /= opprD /top_constant natrD [LHS]addrC; congr (_ + _).
  rewrite -upper_row_sum // -sumrN !big_nat; apply: eq_bigr => z /andP[ge_z lt_z].
  rewrite /top_values (maxn_idPl _) ?(leq_trans (leq_pred _)) //.
  by rewrite /alternating_binomial mulrN opprK mulrAC sign_sq mul1r.
rewrite big_mkord; set i := (d - j).-1.
transitivity (sign i * \sum_(z < i.+1) sign z * 'C(d.-1.+1, z)%:R).
  rewrite (prednK gap_gt0) (prednK (leq_ltn_trans (leq0n j) lt_jd)) [RHS]mulr_sumr -[LHS]sumrN.
  apply: eq_bigr => z _; have le_zi : (z <= i)%N by rewrite -ltnS prednK.
  rewrite /alternating_binomial /top_values (maxn_idPr le_zi) mulrN opprK !exprD.
  move: (sign_sq F d); move: (sign d) (sign z) (sign i) ('C(d, z)%:R : F) => a b c e sq.
  have -> : a * b * e * (a * c) = a * a * (c * (b * e)) by normal_ring F.
  by rewrite sq mul1r.
rewrite alternating_cut mulrA sign_sq mul1r; congr (_%:R).
rewrite -[RHS]bin_sub; last by rewrite -ltnS prednK // (leq_ltn_trans (leq0n j) lt_jd).
congr 'C(_, _); rewrite /i; nat_lia.
Qed.

Lemma top_constant_gt0 d j : (j < d)%N -> 0 < (top_constant d j)%:R :> F.
Proof.
move=> lt_jd; have le_j : (j <= d.-1)%N by nat_lia.
by rewrite ltr0n addn_gt0 bin_gt0 le_j orbT.
Qed.

Lemma top_achieved d j : (j < d)%N -> @extrapolates F d (0%N :: top d j) (top_constant d j)%:R^-1.
Proof.
move=> lt_jd; have L_gt0 := top_constant_gt0 lt_jd.
exists (fun r => (top_constant d j)%:R^-1 * newton (top_values d j) r); split.
  by rewrite span_scale top_extrapolates // mulVf // lt0r_neq0.
move=> z lt_zd; rewrite span_scale span_top_intercept // => [|y le_y].
  by rewrite span_newton // normrM normrN sign_abs mulr1 ger0_norm // invr_ge0 ltW.
by rewrite /top_values (maxn_idPr le_y) max0n.
Qed.

(** Relative to the range. *)
Definition top_range_values d j z : F := if (z < d - j)%N then 0 else - sign (d + z).

Lemma top_range_extrapolates d j :
  (j < d)%N -> span (top d j) (newton (top_range_values d j)) d = (row_sum d j)%:R.
Proof.
move=> lt_jd; have gap_gt0 : (0 < d - j)%N by rewrite subn_gt0.
rewrite span_top // => [|z le_z]; last by rewrite /top_range_values -(prednK gap_gt0) ltnS le_z.
rewrite span_newton_d -(big_mkord predT (fun z => alternating_binomial F d z * top_range_values d j z)).
rewrite (big_cat_nat _ _ _ (leq0n (d - j)) (leq_subr j d)) /= opprD.
rewrite big_nat big1 ?oppr0 ?add0r; last by move=> z /andP[_ lt_z]; rewrite /top_range_values lt_z mulr0.
rewrite -upper_row_sum // -sumrN !big_nat; apply: eq_bigr => z /andP[ge_z lt_z].
by rewrite /top_range_values ltnNge ge_z /= /alternating_binomial mulrN opprK mulrAC sign_sq mul1r.
Qed.

Lemma top_range_achieved d j : (0 < j < d)%N -> @extrapolates F d (top d j) (row_sum d j)%:R^-1.
Proof.
case/andP=> j_gt0 lt_jd; have L_gt0 : 0 < (row_sum d j)%:R :> F.
  by case: j j_gt0 lt_jd => // j _ lt_jd; rewrite ltr0n /row_sum big_ord_recl addn_gt0 bin_gt0 (ltn_trans _ lt_jd).
exists (fun r => (row_sum d j)%:R^-1 * newton (top_range_values d j) r); split.
  by rewrite span_scale top_range_extrapolates // mulVf // lt0r_neq0.
have gap_gt0 : (0 < d - j)%N by rewrite subn_gt0.
move=> z lt_zd; rewrite span_scale span_top // => [|y le_y]; last first.
  by rewrite /top_range_values -(prednK gap_gt0) ltnS le_y.
have inv_ge0 : 0 <= (row_sum d j)%:R^-1 :> F by rewrite invr_ge0 ler0n.
rewrite span_newton // normrM ger0_norm // -[X in _ <= X]mulr1 ler_wpmul2l //.
by rewrite /top_range_values; case: ifP; rewrite ?normr0 ?ler01 // normrN sign_abs.
Qed.

End TopFamily.

(** Theorem: the orders 0 and d-j..d-1, j <= d-1, achieve the error E on the cube if and only if
    E >= 1/(2 sum_{k<=j} C(d-1,k)). *)
Theorem top_family (F : realFieldType) (d j : nat) (E : F) :
  (j < d)%N ->
  achievable_on_cube d (0%N :: iota (d - j) j) E <-> (2 * \sum_(k < j.+1) 'C(d.-1, k))%:R^-1 <= E.
Proof.
move=> lt_jd; have d_gt0 := leq_ltn_trans (leq0n j) lt_jd; have inner := top_inner lt_jd.
split=> [achieved | le_E].
  by have := extremal d_gt0 (top_uniq d j) inner achieved; rewrite size_top.
have /allP inner_all := inner; rewrite reduction //; last first.
  by move=> r; rewrite inE => /predU1P[-> // | /inner /andP[_ /ltnW]].
apply: achievable_weaken le_E _; rewrite (achievable_intercept _ inner_all) -row_sum_twice // natrD.
have L_gt0 := top_constant_gt0 F lt_jd.
have := approximates_extrapolates _ (top_achieved F lt_jd); rewrite invr_ge0 ler0n => /(_ isT).
rewrite (_ : _ / _ = ((top_constant d j)%:R + 1)^-1) //.
have nz := lt0r_neq0 L_gt0; rewrite -invf_div; congr (_^-1).
by rewrite mulrDl invrK mul1r mulVf // addrC mulrC.
Qed.

(** Theorem: relative to the range, the orders d-j..d-1, 1 <= j <= d-1, achieve the error E over all real vectors if and
    only if E >= 1/(sum_{1<=k<=j} C(d,k)). *)
Theorem top_family_range (F : realFieldType) (d j : nat) (E : F) :
  (0 < j < d)%N ->
  achievable_relative d (iota (d - j) j) E <-> (\sum_(k < j) 'C(d, k.+1))%:R^-1 <= E.
Proof.
move=> range; have /andP[j_gt0 lt_jd] := range; have inner := top_inner lt_jd.
have d_gt1 : (1 < d)%N by apply: leq_ltn_trans j_gt0 lt_jd.
split=> [achieved | le_E].
  by have := extremal_range d_gt1 (top_uniq d j) inner achieved; rewrite size_top.
have /allP inner_all := inner; rewrite reduction_relative // (achievable_range_extrapolates _ d_gt1 inner_all).
by apply: extrapolates_weaken le_E _; apply: top_range_achieved.
Qed.

(** Theorem: the intercept alone achieves the error E on the cube if and only if E >= 1/2. *)
Theorem intercept_on_cube (F : realFieldType) (d : nat) (E : F) :
  (0 < d)%N -> achievable_on_cube d [:: 0%N] E <-> 2%:R^-1 <= E.
Proof. by move=> d_gt0; have := top_family E d_gt0; rewrite /= big_ord1 bin0. Qed.
