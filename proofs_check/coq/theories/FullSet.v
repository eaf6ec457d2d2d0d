(** * The full set of orders: the least error is 2^-d

    Claim: the orders 0..d-1 achieve the error [E] iff [E >= 2^-d], for every [d >= 1].

    Proof.  The weights [w_z = (-1)^(d+z) C(d,z)] are orthogonal to every [C(z,r)] with [r < d] (the d-th difference
    annihilates polynomials of lower degree), [w_d = 1], and the others have the total size [2^d - 1].  The polynomial
    of degree below [d] that takes the values [-(-1)^(d+z)] on z = 0..d-1 has the value [2^d - 1] at [d], by the same
    orthogonality.  So the constant of extrapolation is [L = 2^d - 1], and the least error [1/(L+1)].  The statements
    about the cube and about individual weights follow by [Reduction.v]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Binomials Classes Duality Reduction.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section FullSet.

Variable F : realFieldType.
Implicit Types (d z : nat).

Lemma iota_zero d : (0 < d)%N -> iota 0 d = 0%N :: iota 1 d.-1.
Proof. by case: d. Qed.

Lemma inner_orders_iota d : inner_orders d (iota 1 d.-1).
Proof. by case: d => // d; apply/allP => r; rewrite mem_iota add1n. Qed.

Lemma alternating_size d z : `|alternating_binomial F d z| = 'C(d, z)%:R.
Proof. by rewrite /alternating_binomial normrM sign_abs mul1r normr_nat. Qed.

Lemma sum_bin d : \sum_(z < d) 'C(d, z)%:R = 2%:R ^+ d - 1 :> F.
Proof.
apply/eqP; rewrite eq_sym subr_eq; apply/eqP.
have -> : 2%:R ^+ d = (\sum_(z < d.+1) 'C(d, z))%:R :> F.
  by rewrite -natrX -[2%N]/(1 + 1)%N expnDn; congr (_%:R); apply: eq_bigr => z _; rewrite !exp1n !muln1.
by rewrite big_ord_recr /= binn natrD natr_sum.
Qed.

Lemma full_set_extrapolation d :
  (0 < d)%N -> least_error (@extrapolates F d (iota 0 d)) (2%:R ^+ d - 1)^-1.
Proof.
move=> d_gt0; apply: (@extrapolation_constant _ _ _ _ (newton (fun z => - (-1) ^+ (d + z))) (alternating_binomial F d)).
- by rewrite subr_gt0 exprn_egt1 // ?ltr1n // -lt0n.
- rewrite span_newton_d -sum_bin -sumrN; apply: eq_bigr => z _.
  by rewrite /alternating_binomial mulrN opprK mulrAC sign_sq mul1r.
- by move=> z lt_zd; rewrite span_newton // normrN sign_abs.
- exact: alternating_binomial_d.
- by move=> r; rewrite mem_iota; exact: alternating_binomial_moment.
by under eq_bigr do rewrite alternating_size; rewrite sum_bin.
Qed.

End FullSet.

(** Theorem: the orders 0..d-1 achieve the error E on the vertices if and only if E >= 2^-d. *)
Theorem full_set (F : realFieldType) (d : nat) (E : F) :
  (0 < d)%N -> achievable d (iota 0 d) E <-> 2%:R ^- d <= E.
Proof.
move=> d_gt0; have := @full_set_extrapolation F d d_gt0; rewrite iota_zero // => least.
have L_gt0 : 0 < 2%:R ^+ d - 1 :> F by rewrite subr_gt0 exprn_egt1 // ?ltr1n // -lt0n.
by have := least_with_intercept L_gt0 (inner_orders_iota d) least E; rewrite subrK.
Qed.

Lemma full_set_orders d : uniq (iota 0 d) /\ forall r, r \in iota 0 d -> (r <= d)%N.
Proof. by split=> [|r]; [exact: iota_uniq | rewrite mem_iota => /andP[_ /ltnW]]. Qed.

(** Theorem: combinations of the mean subpool maxima of orders 0..d-1 come within E of the maximum on the whole cube
    [0,1]^d if and only if E >= 2^-d. *)
Theorem full_set_on_cube (F : realFieldType) (d : nat) (E : F) :
  (0 < d)%N -> achievable_on_cube d (iota 0 d) E <-> 2%:R ^- d <= E.
Proof. by move=> d_gt0; have [_ upto] := full_set_orders d; rewrite reduction // full_set. Qed.

(** Theorem: combinations of the maxima over subsets of fewer than d inputs, with an individual weight for every subset,
    come within E of the maximum on the whole cube if and only if E >= 2^-d. *)
Theorem full_set_by_subsets (F : realFieldType) (d : nat) (E : F) :
  (0 < d)%N -> achievable_by_subsets d (iota 0 d) E <-> 2%:R ^- d <= E.
Proof. by move=> d_gt0; have [uniq_R upto] := full_set_orders d; rewrite reduction_by_subsets // full_set. Qed.

(** Theorem: at the 0/1 vectors too, combinations of the maxima over subsets of fewer than d inputs come within E of the
    maximum if and only if E >= 2^-d: no polynomial of degree below d is closer to the function OR. *)
Theorem full_set_by_subsets_01 (F : realFieldType) (d : nat) (E : F) :
  (0 < d)%N -> achievable_by_subsets_01 d (iota 0 d) E <-> 2%:R ^- d <= E.
Proof. by move=> d_gt0; have [uniq_R upto] := full_set_orders d; rewrite reduction_by_subsets_01 // full_set. Qed.

(** Theorem: no estimator with orders below d achieves less than 2^-d: the maximum is not in the class. *)
Theorem max_is_not_in_the_class (F : realFieldType) (d : nat) (orders : seq nat) (E : F) :
  (0 < d)%N -> uniq orders -> (forall r, r \in orders -> (r < d)%N) ->
  achievable_on_cube d orders E -> 2%:R ^- d <= E.
Proof.
move=> d_gt0 uniq_R below; rewrite reduction //; last by move=> r /below /ltnW.
case=> beta bound; apply/(full_set _ d_gt0).
exists (fun r => if r \in orders then beta r else 0) => z le_zd.
rewrite /residual (_ : estimate d (iota 0 d) _ z = estimate d orders beta z); first exact: bound.
rewrite /estimate (eq_bigr (fun r => if r \in orders then beta r * feature F d r z else 0)); last first.
  by move=> r _; case: (r \in orders); rewrite ?mul0r.
rewrite -big_mkcond -big_filter; apply: perm_big; apply: uniq_perm => //; first by rewrite filter_uniq ?iota_uniq.
move=> r; rewrite mem_filter mem_iota /= add0n.
by case in_R: (r \in orders) => //=; apply: below.
Qed.
