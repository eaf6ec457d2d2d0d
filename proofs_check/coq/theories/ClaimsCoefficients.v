(** * The claims of closed forms with many orders, as [Statements.v] says them

    The functions of [TopFamily.v], [TopAndOne.v] and [FullButLast.v] are given by their values, and so their
    coefficients as differences, which are sums of binomials here: from some [i] on the values alternate, [-(-1)^(d+z)],
    and what comes before is an alternating sum that is cut short. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Binomials Classes Duality Optimal FewPlaces Extremal FullSet TopFamily TopAndOne.
From Subpool Require Import RangeFullSet FullButLast Intercept Coefficients ClaimsFewOrders.
From Subpool Require Statements.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Differences.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Implicit Types (d i j k r z : nat) (u : nat -> F).
Local Notation sign k := ((-1) ^+ k : F).

Lemma sign_less_one n : (0 < n)%N -> sign (n - 1) = - sign n.
Proof. by case: n => // n _; rewrite subn1 exprS mulN1r opprK. Qed.

(** The differences of values that alternate from [i.+1] on. *)
Lemma newton_alternating d i k u :
  (i < k)%N -> (forall z, (i < z <= k)%N -> u z = - sign (d + z)) ->
  newton u k = \sum_(z < i.+1) alternating_binomial F k z * u z
    + sign (d + k - 1) * \sum_(i.+1 <= z < k.+1) 'C(k, z)%:R.
Proof.
move=> lt_ik values; rewrite sign_less_one ?addn_gt0 ?(leq_trans _ lt_ik) ?orbT //.
rewrite /newton -(big_mkord predT (fun z => sign (k + z) * 'C(k, z)%:R * u z)).
rewrite (big_cat_nat _ _ _ (leq0n i.+1)) ?ltnS ?(ltnW lt_ik) //= big_mkord; congr (_ + _).
rewrite mulr_sumr !big_nat; apply: eq_bigr => z /andP[lt_iz]; rewrite ltnS => le_zk.
rewrite values ?lt_iz // !exprD; have := sign_sq F z.
move: (sign k) (sign z) (sign d) ('C(k, z)%:R : F) => a b c e sq.
by transitivity (- (c * a) * e * (b * b)); [normal_ring F | rewrite sq mulr1].
Qed.

Lemma top_difference d j k :
  (j < d)%N -> (d - j <= k)%N ->
  newton (top_values F d j) k
    = sign (d + k - 1) * ('C(k - 1, d - j - 1)%:R + \sum_(d - j <= z < k.+1) 'C(k, z)%:R).
Proof.
move=> lt_jd; move def_i: (d - j)%N => [|i] lt_ik; first by have := subn_gt0 j d; rewrite lt_jd def_i.
have k_gt0 : (0 < k)%N by apply: leq_trans lt_ik.
rewrite (@newton_alternating d i) // => [|z /andP[lt_iz _]]; last first.
  by rewrite /top_values def_i /= (maxn_idPl (ltnW lt_iz)).
rewrite !subn1 /= mulrDr; congr (_ + _).
transitivity (\sum_(z < i.+1) alternating_binomial F k z * - sign (d + i)).
  by apply: eq_bigr => z _; rewrite /top_values def_i /= (maxn_idPr _) // -ltnS.
rewrite -mulr_suml cut_sum // -subn1 -[(d + k).-1]subn1 sign_less_one ?addn_gt0 ?k_gt0 ?orbT // !exprD.
have := sign_sq F i; move: (sign k) (sign i) (sign d) ('C(k - 1, i)%:R : F) => a b c e sq.
by transitivity (- (c * a) * e * (b * b)); [normal_ring F | rewrite sq mulr1].
Qed.

Lemma top_range_difference d j k :
  (j < d)%N -> (d - j <= k)%N ->
  newton (top_range_values F d j) k = sign (d + k - 1) * \sum_(d - j <= z < k.+1) 'C(k, z)%:R.
Proof.
move=> lt_jd; move def_i: (d - j)%N => [|i] lt_ik; first by have := subn_gt0 j d; rewrite lt_jd def_i.
rewrite (@newton_alternating d i) // => [|z /andP[lt_iz _]].
  rewrite big1 ?add0r // => z _; rewrite /top_range_values def_i (ltn_ord z) mulr0 //.
by rewrite /top_range_values def_i ltnNge lt_iz.
Qed.

Lemma step_difference d j r (a b : F) k :
  (j < d)%N -> (j + r < d)%N -> (d - j <= k)%N ->
  newton (step_values d j r a b) k
    = a * (sign (k + (d - j - 1)) * 'C(k - 1, d - j - 1)%:R)
      + b / 'C(d - j - 1, r)%:R * (sign (k + (d - j - 1)) * ('C(k, r) * 'C(k - r - 1, d - j - r - 1))%:R)
      + sign (d + k - 1) * \sum_(d - j <= z < k.+1) 'C(k, z)%:R.
Proof.
move=> lt_jd; rewrite -ltn_subRL; move def_i: (d - j)%N => [|i]; first by have := subn_gt0 j d; rewrite lt_jd def_i.
move=> lt_rd lt_ik; have k_gt0 : (0 < k)%N by apply: leq_trans lt_ik.
have def_i' : (d - j.+1 = i)%N by rewrite subnS def_i.
have le_ri : (r <= i)%N by [].
rewrite (@newton_alternating d i) // => [|z /andP[lt_iz _]]; last by rewrite /step_values def_i' leqNgt lt_iz.
congr (_ + _); rewrite !subn1 /=; have -> : (i.+1 - r).-1 = (i - r)%N by rewrite subSn.
rewrite -[(k - r).-1]subn1 -cut_moment // -cut_sum // !mulr_sumr -big_split /=; apply: eq_bigr => z _.
rewrite /step_values def_i' -ltnS ltn_ord mulrDr [X in X + _]mulrC.
by congr (_ + _); rewrite mulrCA.
Qed.

End Differences.

(** ** The intercept alone *)

(** Theorem: the claim closed-form-intercept. *)
Theorem closed_form_intercept : Statements.closed_form_intercept.
Proof.
move=> F d d_gt1; apply: (optimal_with (top_solved F (ltnW d_gt1))) => //.
by rewrite /top_constant /row_sum big_ord0 bin0.
Qed.

(** ** The largest orders *)

Section AtField.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Implicit Types (d j k r : nat).
Local Notation sign k := ((-1) ^+ k : F).

Lemma top_error d j :
  (j < d)%N -> 2%:R * (\sum_(0 <= i < j.+1) 'C(d - 1, i)%:R) = (top_constant d j)%:R + 1 :> F.
Proof.
move=> lt_jd; rewrite -(natrD F _ 1) /top_constant row_sum_twice ?(leq_ltn_trans _ lt_jd) //.
by rewrite subn1 big_mkord natrM natr_sum.
Qed.

Lemma range_top_error d j : \sum_(0 <= i < j.+1) 'C(d, i)%:R - 1 = (row_sum d j)%:R :> F.
Proof. by rewrite big_mkord big_ord_recl bin0 addrAC subrr add0r /row_sum natr_sum. Qed.

Lemma top_from d j k : (j < d)%N -> k \in iota (d - j) j -> [/\ d - j <= k, 0 < k & k < d]%N.
Proof.
move=> lt_jd in_top; have /andP[k_gt0 lt_kd] := top_inner lt_jd in_top.
by move: in_top; rewrite mem_iota => /andP[].
Qed.

Lemma top_all_inner d j : (j < d)%N -> inner_orders d (iota (d - j) j).
Proof. by move=> lt_jd; apply/allP; apply: top_inner. Qed.

Lemma top_at : ltac:(at_field F Statements.closed_form_top).
Proof.
move=> d j _; rewrite addn1 => lt_jd.
apply: (optimal_with (top_solved F lt_jd)); rewrite ?top_error //; first exact: top_all_inner.
by move=> k /(top_from lt_jd)[le_k k_gt0 _]; rewrite (gtn_eqF k_gt0) top_difference.
Qed.

Lemma bare_top_at : ltac:(at_field F Statements.closed_form_bare_top).
Proof.
move=> d j j_gt0 le_jd; have lt_jd : (j < d)%N by rewrite -addn1.
apply: (optimal_without _ _ (top_at j_gt0 le_jd)) => //; first exact: leq_ltn_trans lt_jd.
- exact: top_all_inner.
- by apply: bare_error; rewrite // top_error // ltr_paddl ?ltr01 ?ler0n.
by move=> k /(top_from lt_jd)[le_k k_gt0 _]; rewrite (gtn_eqF k_gt0); whatever_the_inverses F.
Qed.

Lemma range_top_at : ltac:(at_field F Statements.closed_form_range_top).
Proof.
move=> d j j_gt0; rewrite addn1 range_top_error => lt_jd.
apply: (optimal_relative _ (top_range_solved F lt_jd j_gt0)) => //; first exact: leq_ltn_trans j_gt0 lt_jd.
  exact: top_all_inner.
by move=> k /(top_from lt_jd)[le_k k_gt0 _]; rewrite top_range_difference //; congr (_ / _); rewrite mulrAC.
Qed.

(** ** All orders *)

Lemma upper_row k : \sum_(1 <= z < k.+1) 'C(k, z)%:R = 2%:R ^+ k - 1 :> F.
Proof.
have <- : \sum_(0 <= z < k.+1) 'C(k, z)%:R = 2%:R ^+ k :> F by rewrite big_mkord big_ord_recr /= binn sum_bin subrK.
by rewrite [in RHS]big_ltn // bin0 [1 + _]addrC addrK.
Qed.

Lemma full_at : ltac:(at_field F Statements.closed_form_full).
Proof.
case=> // d d_gt1; rewrite subn1 /=; have all : iota 1 d = top d.+1 d by rewrite /top subSnn.
have def_E : (2%:R ^+ d.+1)^-1 = ((top_constant d.+1 d)%:R + 1)^-1 :> F.
  by rewrite /top_constant binn natrD full_row_sum -addrA subrK.
rewrite all; apply: (optimal_with (top_solved F (ltnSn d))) => //; first by rewrite top_all_inner.
move=> k /(top_from (ltnSn d)); rewrite subSnn => -[_ k_gt0 lt_kd].
rewrite (gtn_eqF k_gt0) top_difference ?subSnn // subnn bin0 upper_row addrCA subrr addr0.
have -> : 2%:R ^+ d.+1 = 2%:R ^+ (d.+1 - k) * 2%:R ^+ k :> F by rewrite -exprD subnK // ltnW.
rewrite sign_less_one ?addn_gt0 // expr_div_n.
have two : 2%:R ^+ k != 0 :> F by rewrite expf_neq0 // pnatr_eq0.
rewrite (_ : sign (d.+1 - k) = sign (d.+1 + k)); last first.
  by apply: (@sign_even_sum _ _ _ d.+1); rewrite addnA addnAC subnK // ltnW.
rewrite !mulNr invfM; congr (- _); move: two; move: (2%:R ^+ k : F) ((2%:R ^+ (d.+1 - k))^-1 : F) => p q p_neq0.
by rewrite [_ * p * _]mulrAC [q / p]mulrC mulrA mulfK // mulrAC.
Qed.

Lemma range_full_at : ltac:(at_field F Statements.closed_form_range_full).
Proof.
case=> // d d_gt1; rewrite subn1 /=; have all : iota 1 d = top d.+1 d by rewrite /top subSnn.
rewrite all -full_row_sum.
apply: (optimal_relative d_gt1 (top_range_solved F (ltnSn d) d_gt1)) => //; first by rewrite top_all_inner.
move=> k /(top_from (ltnSn d)); rewrite subSnn => -[_ k_gt0 lt_kd].
by rewrite top_range_difference ?subSnn // upper_row.
Qed.

(** ** All orders but the last *)

Lemma half_even_sign d : 2%:R^-1 - sign d / 2%:R = (odd d)%:R :> F.
Proof.
rewrite -[X in X - _]mul1r -mulrBl -signr_odd; case: (odd d); last by rewrite subrr mul0r.
by rewrite expr1 opprK -[1 + 1]/(2%:R) divff // pnatr_eq0.
Qed.

Lemma full_but_last_at : ltac:(at_field F Statements.closed_form_full_but_last).
Proof.
move=> d d_gt1; have := but_last_solved F d_gt1; rewrite but_last_orders // !divn2 half_even_sign => sol.
have m_gt0 : (0 < d./2)%N by rewrite half_gt0.
apply: (optimal_with sol) => //; [exact: but_last_inner | by rewrite subrK |].
move=> k /(allP (but_last_inner d_gt1))/andP[k_gt0 _]; rewrite (gtn_eqF k_gt0) side_difference //.
rewrite subn1 prednK // big_mkord; case: (odd d); last by rewrite mul0r.
by rewrite mul1r.
Qed.

Lemma bare_full_but_last_at : ltac:(at_field F Statements.closed_form_bare_full_but_last).
Proof.
move=> d /ltnW d_gt1; apply: (optimal_without _ _ (full_but_last_at d_gt1)) => //; first exact: ltnW.
- exact: but_last_inner.
- by apply: bare_error; rewrite // ltr0n bin_gt0 leq_div.
move=> k /(allP (but_last_inner d_gt1))/andP[k_gt0 _]; rewrite (gtn_eqF k_gt0); whatever_the_inverses F.
Qed.

(** ** The largest orders and one more *)

Lemma order_and_top_error d j r :
  (j + r < d)%N ->
  \sum_(0 <= i < j.+1) 'C(d, i)%:R + (d%:R + r%:R) * 'C(d - 1, j)%:R / (d%:R - r%:R)
    = (row_sum d j)%:R + (2%:R * share F d j r - 'C(d.-1, j)%:R) + 1.
Proof.
move=> large; rewrite cube_constant // natrD natrB; last by rewrite ltnW // (leq_ltn_trans (leq_addl j r)).
by rewrite subn1 [_ * 'C(_, _)%:R / _]mulrAC -range_top_error [RHS]addrAC subrK.
Qed.

Lemma range_order_and_top_error d j r :
  d%:R * 'C(d - 1, j)%:R / (d%:R - r%:R) + \sum_(0 <= i < j.+1) 'C(d, i)%:R - 1
    = (row_sum d j)%:R + share F d j r.
Proof. by rewrite -addrA range_top_error addrC /share subn1 mulrAC. Qed.

Lemma order_from d j r k :
  (j + r < d)%N -> k \in iota (d - j) j -> [/\ d - j <= k, 0 < k & (k == r) = false]%N.
Proof.
move=> large in_top; have lt_jd : (j < d)%N := leq_ltn_trans (leq_addr r j) large.
have [le_k k_gt0 _] := top_from lt_jd in_top; split=> //; apply: gtn_eqF; apply: leq_trans le_k.
by rewrite ltn_subRL.
Qed.

(** The coefficient of the order [r], and those of the top orders, but for the scale. *)
Lemma step_low d j r (a b : F) :
  (0 < r)%N -> (j + r < d)%N -> newton (step_values d j r a b) r = b / 'C(d - j - 1, r)%:R.
Proof.
move=> r_gt0 large; rewrite step_newton; last by rewrite -ltnS subnSK ?ltn_subRL // (leq_ltn_trans (leq_addr r j)).
by rewrite (gtn_eqF r_gt0) eqxx mulr0 mulr1 add0r subnS subn1.
Qed.

Lemma sign_top d j k : (j < d)%N -> sign j * sign (k + (d - j - 1)) = sign (d + k - 1).
Proof. by move=> lt_jd; rewrite -exprD; congr (_ ^+ _); nat_lia. Qed.

Lemma order_and_top_at : ltac:(at_field F Statements.closed_form_order_and_top).
Proof.
move=> d r j r_gt0 j_gt0; rewrite addn1 => large; rewrite (order_and_top_error large).
have lt_jd : (j < d)%N := leq_ltn_trans (leq_addr r j) large.
apply: (optimal_with (cube_solved F r_gt0 large)) => //; first exact: cube_inner.
move=> k; rewrite inE => /predU1P[-> | /(order_from large)[le_k k_gt0 ne_kr]].
  by rewrite (gtn_eqF r_gt0) eqxx step_low //; whatever_the_inverses F.
rewrite (gtn_eqF k_gt0) ne_kr step_difference // -(sign_top k lt_jd) natrM.
by move: (sign j) (\sum_(d - j <= z < k.+1) _ : F) => y total; whatever_the_inverses F.
Qed.

Lemma bare_order_and_top_at : ltac:(at_field F Statements.closed_form_bare_order_and_top).
Proof.
move=> d r j r_gt0 j_gt0 le_d; have large : (j + r < d)%N by rewrite -addn1.
apply: (optimal_without _ _ (order_and_top_at r_gt0 j_gt0 le_d)) => //; first exact: leq_ltn_trans large.
- exact: cube_inner.
- apply: bare_error => //; rewrite (order_and_top_error large) cube_constant // ltr_paddr ?ler01 //.
  exact: cube_positive.
move=> k; rewrite inE => /predU1P[-> | /(order_from large)[le_k k_gt0 ne_kr]].
  by rewrite (gtn_eqF r_gt0) eqxx; whatever_the_inverses F.
by rewrite (gtn_eqF k_gt0) ne_kr; whatever_the_inverses F.
Qed.

Lemma range_order_and_top_at : ltac:(at_field F Statements.closed_form_range_order_and_top).
Proof.
move=> d r j r_gt0 j_gt0; rewrite addn1 range_order_and_top_error => large.
have lt_jd : (j < d)%N := leq_ltn_trans (leq_addr r j) large.
apply: (optimal_relative _ (range_solved F r_gt0 j_gt0 large)) => //; last 1 first.
- move=> k; rewrite inE => /predU1P[-> | /(order_from large)[le_k k_gt0 ne_kr]].
    by rewrite eqxx step_low //; whatever_the_inverses F.
  rewrite ne_kr step_difference // -(sign_top k lt_jd) natrM.
  by move: (sign j) (\sum_(d - j <= z < k.+1) _ : F) => y total; whatever_the_inverses F.
- exact: leq_ltn_trans j_gt0 lt_jd.
exact: cube_inner.
Qed.

End AtField.

(** Theorem: the claim closed-form-top. *)
Theorem closed_form_top : Statements.closed_form_top.
Proof. exact: top_at. Qed.

(** Theorem: the claim closed-form-bare-top. *)
Theorem closed_form_bare_top : Statements.closed_form_bare_top.
Proof. exact: bare_top_at. Qed.

(** Theorem: the claim closed-form-range-top. *)
Theorem closed_form_range_top : Statements.closed_form_range_top.
Proof. exact: range_top_at. Qed.

(** Theorem: the claim closed-form-full. *)
Theorem closed_form_full : Statements.closed_form_full.
Proof. exact: full_at. Qed.

(** Theorem: the claim closed-form-range-full. *)
Theorem closed_form_range_full : Statements.closed_form_range_full.
Proof. exact: range_full_at. Qed.

(** Theorem: the claim closed-form-full-but-last. *)
Theorem closed_form_full_but_last : Statements.closed_form_full_but_last.
Proof. exact: full_but_last_at. Qed.

(** Theorem: the claim closed-form-bare-full-but-last. *)
Theorem closed_form_bare_full_but_last : Statements.closed_form_bare_full_but_last.
Proof. exact: bare_full_but_last_at. Qed.

(** Theorem: the claim closed-form-order-and-top. *)
Theorem closed_form_order_and_top : Statements.closed_form_order_and_top.
Proof. exact: order_and_top_at. Qed.

(** Theorem: the claim closed-form-bare-order-and-top. *)
Theorem closed_form_bare_order_and_top : Statements.closed_form_bare_order_and_top.
Proof. exact: bare_order_and_top_at. Qed.

(** Theorem: the claim closed-form-range-order-and-top. *)
Theorem closed_form_range_order_and_top : Statements.closed_form_range_order_and_top.
Proof. exact: range_order_and_top_at. Qed.

(** Theorem: the claim closed-form-bare-full. *)
Theorem closed_form_bare_full : Statements.closed_form_bare_full.
Proof.
move=> F d d_gt1; apply: (optimal_without _ _ (closed_form_full F d_gt1)) => //; first exact: ltnW.
- by rewrite subn1 inner_orders_iota.
- by apply: bare_error; rewrite // exprn_gt0 // ltr0n.
by move=> k; rewrite mem_iota => /andP[k_gt0 _]; rewrite (gtn_eqF k_gt0).
Qed.
