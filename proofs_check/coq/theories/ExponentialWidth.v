(** * What the extremal theorem and the width law say about small errors

    Both bounds are solved for the number of orders, or of subpool maxima.  That [h] orders suffice is the theorem on the
    top families.  The rate: [sum_{k<=h} C(n,k) <= (n+1)^h], as [C(n,h+1) <= n C(n,h)]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Binomials Classes Extremal TopFamily LowerBound.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

Lemma rows_power n h : \sum_(k < h.+1) 'C(n, k) <= n.+1 ^ h.
Proof.
elim: h => [|h IH]; first by rewrite big_ord1 bin0.
rewrite big_ord_recr /= expnS mulSn leq_add // (@leq_trans (n * 'C(n, h))) //.
  rewrite -(leq_pmul2l (ltn0Sn h)) mul_bin_left mulnA leq_mul2r; apply/orP; right.
  by apply: leq_trans (leq_subr _ _) _; rewrite leq_pmull.
by rewrite leq_mul2l (leq_trans _ IH) ?orbT // big_ord_recr leq_addl.
Qed.

Lemma rows_full n : \sum_(k < n.+1) 'C(n, k) = 2 ^ n.
Proof. by rewrite -[2]/(1 + 1) expnDn; apply: eq_bigr => k _; rewrite !exp1n !muln1. Qed.

Local Open Scope ring_scope.

(** [h] is the least number with the property [P]. *)
Definition least_number (P : nat -> Prop) (h : nat) : Prop := P h /\ forall k, P k -> (h <= k)%N.

(** Some estimator with the intercept and [h] orders out of 1..d-1 comes within [E] of the maximum on the cube. *)
Definition orders_suffice (F : realFieldType) (d : nat) (E : F) (h : nat) : Prop :=
  exists orders : seq nat,
    [/\ uniq orders, forall r, r \in orders -> (0 < r < d)%N, size orders = h & achievable_on_cube d (0%N :: orders) E].

(** Theorem: for E >= 2^-d, the least number of orders beside the intercept with which the error E is achieved on the
    cube is the least h with 2 sum_{k<=h} C(d-1,k) >= 1/E; both exist. *)
Theorem exponential_width (F : realFieldType) (d : nat) (E : F) :
  (0 < d)%N -> 2%:R ^- d <= E ->
  exists h, least_number (orders_suffice d E) h
    /\ least_number (fun h => E^-1 <= (2 * \sum_(k < h.+1) 'C(d.-1, k))%:R) h.
Proof.
move=> d_gt0 le_E; have pow_gt0 : 0 < 2%:R ^- d :> F by rewrite invr_gt0 exprn_gt0 // ltr0n.
have E_gt0 : 0 < E := lt_le_trans pow_gt0 le_E.
have swap h : (E^-1 <= (2 * \sum_(k < h.+1) 'C(d.-1, k))%:R) = ((2 * \sum_(k < h.+1) 'C(d.-1, k))%:R^-1 <= E).
  have rows_gt0 : 0 < (2 * \sum_(k < h.+1) 'C(d.-1, k))%:R :> F by rewrite ltr0n big_ord_recl bin0.
  by rewrite -[in RHS](invrK E) lef_pinv // posrE ?invr_gt0.
have last : E^-1 <= (2 * \sum_(k < d.-1.+1) 'C(d.-1, k))%:R :> F.
  by rewrite swap rows_full -expnS prednK // natrX.
have some : exists h, E^-1 <= (2 * \sum_(k < h.+1) 'C(d.-1, k))%:R :> F by exists d.-1.
case: (ex_minnP some) => h enough smallest; exists h; split; split=> //.
  have lt_hd : (h < d)%N by rewrite -[X in (_ < X)%N](prednK d_gt0) ltnS smallest.
  exists (top d h); split; [exact: top_uniq | exact: top_inner | exact: size_top |].
  by apply/(top_family E lt_hd); rewrite -swap.
by move=> k [orders [uniq_R inner size_R achieved]]; apply: smallest; rewrite swap -size_R; apply: extremal.
Qed.

(** Theorem: an estimator on the cube with the intercept and h orders out of 1..d-1 that achieves the error E has
    1/E <= 2 d^h. *)
Theorem exponential_width_rate (F : realFieldType) (d : nat) (orders : seq nat) (E : F) :
  (0 < d)%N -> uniq orders -> (forall r, r \in orders -> (0 < r < d)%N) ->
  achievable_on_cube d (0%N :: orders) E -> E^-1 <= (2 * d ^ size orders)%:R.
Proof.
move=> d_gt0 uniq_R inner achieved; have bound := extremal d_gt0 uniq_R inner achieved.
set rows := (2 * _)%N in bound; have rows_gt0 : 0 < rows%:R :> F by rewrite ltr0n /rows big_ord_recl bin0.
have E_gt0 : 0 < E by apply: lt_le_trans bound; rewrite invr_gt0.
apply: (@le_trans _ _ rows%:R); first by rewrite -[rows%:R]invrK lef_pinv // posrE ?invr_gt0.
by rewrite ler_nat leq_mul2l -{2}(prednK d_gt0) rows_power.
Qed.

(** Theorem: an estimator on the cube with the intercept and further orders out of 1..d-1 that achieves the error E
    reads N subpool maxima with N >= 1/(2E) or N^2 >= 2/E, that is N >= min(1/(2E), sqrt(2/E)). *)
Theorem least_terms (F : realFieldType) (d : nat) (orders : seq nat) (E : F) :
  (0 < d)%N -> uniq orders -> (forall r, r \in orders -> (0 < r < d)%N) ->
  achievable_on_cube d (0%N :: orders) E ->
  (2%:R * E)^-1 <= (width d (0%N :: orders))%:R \/ 2%:R / E <= (width d (0%N :: orders))%:R ^+ 2.
Proof.
move=> d_gt0 uniq_R inner achieved; have := width_bound d_gt0 uniq_R inner achieved.
have N_gt0 : (0 < width d (0%N :: orders))%N by rewrite /width big_cons bin0.
move: (width d _) N_gt0 => N N_gt0; have pos : 0 < N%:R :> F by rewrite ltr0n.
rewrite le_minl => /orP[] bound; [left | right].
  have E_gt0 : 0 < E by apply: lt_le_trans bound; rewrite invr_gt0 ltr0n muln_gt0.
  rewrite -[N%:R]invrK lef_pinv ?posrE ?invr_gt0 ?mulr_gt0 ?ltr0n //.
  by move: bound; rewrite natrM invfM mulrC ler_pdivr_mulr ?ltr0n // mulrC.
have E_gt0 : 0 < E by apply: lt_le_trans bound; rewrite divr_gt0 ?ltr0n ?expn_gt0 ?N_gt0.
by rewrite ler_pdivr_mulr // mulrC -ler_pdivr_mulr ?exprn_gt0 // -natrX.
Qed.
