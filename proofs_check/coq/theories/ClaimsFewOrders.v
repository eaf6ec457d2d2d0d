(** * The claims of closed forms of few orders, or of all but few, as [Statements.v] says them *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Classes FewOrders FullButLast TopAndOne.
From Subpool Require Statements.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma quadratic_value (F : realFieldType) d (t := (d.-1./2 * d./2)%N) :
  (t%:R : F) = (d %/ 2)%:R * ((d - 1) %/ 2)%:R
  /\ ((2 * (t + d))%:R : F) = 2%:R * d%:R + 2%:R * (d %/ 2)%:R * ((d - 1) %/ 2)%:R.
Proof. by rewrite /t !divn2 subn1 mulnC natrM mulnDr natrD !natrM addrC mulrA. Qed.

(** Theorem: the claim closed-form-quadratic. *)
Theorem closed_form_quadratic : Statements.closed_form_quadratic.
Proof. by move=> F d d_gt2 E; rewrite quadratic //; have [-> ->] := quadratic_value F d. Qed.

(** Theorem: the claim closed-form-bare-quadratic. *)
Theorem closed_form_bare_quadratic : Statements.closed_form_bare_quadratic.
Proof. by move=> F d d_gt2 E; rewrite quadratic_without_intercept //; have [-> ->] := quadratic_value F d. Qed.

(** Theorem: the claim closed-form-mean-and-last. *)
Theorem closed_form_mean_and_last : Statements.closed_form_mean_and_last.
Proof. by move=> F d d_gt2 E; rewrite subn1 mean_and_last // natrD natrM. Qed.

(** Theorem: the claim closed-form-bare-mean-and-last. *)
Theorem closed_form_bare_mean_and_last : Statements.closed_form_bare_mean_and_last.
Proof. by move=> F d d_gt2 E; rewrite subn1 mean_and_last_without_intercept // natrD natrM. Qed.

(** Theorem: the claim closed-form-range-mean-and-last. *)
Theorem closed_form_range_mean_and_last : Statements.closed_form_range_mean_and_last.
Proof. by move=> F d d_gt2 E; rewrite subn1 range_mean_and_last // natrM. Qed.

(** Theorem: the claim closed-form-mean-and-second-last. *)
Theorem closed_form_mean_and_second_last : Statements.closed_form_mean_and_second_last.
Proof. by move=> F d d_gt3 E; rewrite mean_and_second_last // natrD. Qed.

(** Theorem: the claim closed-form-bare-mean-and-second-last. *)
Theorem closed_form_bare_mean_and_second_last : Statements.closed_form_bare_mean_and_second_last.
Proof. by move=> F d d_gt3 E; rewrite mean_and_second_last_without_intercept // natrD. Qed.

(** Theorem: the claim closed-form-mean-and-last-two. *)
Theorem closed_form_mean_and_last_two : Statements.closed_form_mean_and_last_two.
Proof. by move=> F d d_gt3 E; rewrite subn1 mean_and_last_two // natrX. Qed.

(** Theorem: the claim closed-form-bare-mean-and-last-two. *)
Theorem closed_form_bare_mean_and_last_two : Statements.closed_form_bare_mean_and_last_two.
Proof. by move=> F d d_gt3 E; rewrite subn1 mean_and_last_two_without_intercept // natrX. Qed.

(** Theorem: the claim closed-form-mean-last-third-last. *)
Theorem closed_form_mean_last_third_last : Statements.closed_form_mean_last_third_last.
Proof. by move=> F d d_gt4 E; rewrite subn1 mean_last_third_last // !natrM natrD. Qed.

(** Theorem: the claim closed-form-bare-mean-last-third-last. *)
Theorem closed_form_bare_mean_last_third_last : Statements.closed_form_bare_mean_last_third_last.
Proof. by move=> F d d_gt4 E; rewrite subn1 mean_last_third_last_without_intercept // !natrM natrD. Qed.

(** Theorem: the claim closed-form-range-single. *)
Theorem closed_form_range_single : Statements.closed_form_range_single.
Proof.
move=> F d r r_gt0; rewrite addn1 => lt_rd E; rewrite range_single ?r_gt0 //.
by rewrite natrB // ltnW.
Qed.

(** Theorem: the claim closed-form-bare-mean. *)
Theorem closed_form_bare_mean : Statements.closed_form_bare_mean.
Proof.
move=> F d d_gt1 E; rewrite mean_without_intercept // natrM -subn1 natrB //; exact: ltnW.
Qed.

(** Theorem: the claim closed-form-full-but-last. *)
Theorem closed_form_full_but_last : Statements.closed_form_full_but_last.
Proof.
move=> F [|[|d]] // _ E; rewrite subn2 /= divn2 -full_but_last //.
Qed.

(** Theorem: the claim closed-form-bare-full-but-last. *)
Theorem closed_form_bare_full_but_last : Statements.closed_form_bare_full_but_last.
Proof. by move=> F d d_gt2 E; rewrite divn2 full_but_last_without_intercept // ltnW. Qed.

(** The numbers of the forms with a single order beside the top ones. *)
Lemma ratio_beside_top (F : realFieldType) (d r j : nat) (a : F) :
  (r < d)%N -> a * 'C(d - 1, j)%:R / (d%:R - r%:R) = a / (d - r)%:R * 'C(d.-1, j)%:R.
Proof. by move=> /ltnW le_rd; rewrite subn1 natrB // mulrAC. Qed.

Lemma beside_top d r j : (j + r + 1 <= d)%N -> (j + r < d)%N /\ (r < d)%N.
Proof. by rewrite addn1 => large; split=> //; apply: leq_ltn_trans large; exact: leq_addl. Qed.

(** Theorem: the claim closed-form-order-and-top. *)
Theorem closed_form_order_and_top : Statements.closed_form_order_and_top.
Proof.
move=> F d r j r_gt0 j_gt0 /beside_top[large lt_rd] E; rewrite ratio_beside_top // big_mkord -natr_sum -natrD.
exact: order_and_top.
Qed.

(** Theorem: the claim closed-form-bare-order-and-top. *)
Theorem closed_form_bare_order_and_top : Statements.closed_form_bare_order_and_top.
Proof.
move=> F d r j r_gt0 j_gt0 /beside_top[large lt_rd] E.
rewrite ratio_beside_top // big_mkord -natr_sum -natrD addrAC; exact: order_and_top_without_intercept.
Qed.

(** Theorem: the claim closed-form-range-order-and-top. *)
Theorem closed_form_range_order_and_top : Statements.closed_form_range_order_and_top.
Proof.
move=> F d r j r_gt0 j_gt0 /beside_top[large lt_rd] E.
rewrite ratio_beside_top // big_mkord -natr_sum -addrA addrC; exact: range_order_and_top.
Qed.
