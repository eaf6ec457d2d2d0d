(** * The full set relative to the range: the least error is 1/(2^d - 2)

    Claim: combinations of the mean subpool maxima of the orders 1..d-1 whose coefficients sum to 1 come within [E]
    times the range of [x] of the maximum, for all real [x], iff [E >= 1/(2^d - 2)], for every [d >= 2].

    Proof.  It is the top family with [j = d-1], and [sum_{1<=k<=d-1} C(d,k) = 2^d - 2]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Classes Duality Reduction FullSet Extremal TopFamily.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma full_row_sum (F : realFieldType) (d : nat) : (row_sum d.+1 d)%:R = 2%:R ^+ d.+1 - 2%:R :> F.
Proof.
have := sum_bin F d.+1; rewrite big_ord_recl /= bin0 -natr_sum => total.
have -> : 2%:R ^+ d.+1 - 2%:R = 2%:R ^+ d.+1 - 1 - 1 :> F by rewrite -addrA -opprD -mulr2n.
by apply: (addrI 1); rewrite total [RHS]addrC subrK.
Qed.

(** Theorem: with coefficients that sum to 1, the orders 1..d-1 achieve the error E relative to the range over all real
    vectors if and only if E >= 1/(2^d - 2). *)
Theorem range_full_set (F : realFieldType) (d : nat) (E : F) :
  (1 < d)%N -> achievable_relative d (iota 1 d.-1) E <-> (2%:R ^+ d - 2%:R)^-1 <= E.
Proof.
case: d => // d d_gt1; have range : (0 < d < d.+1)%N by rewrite leqnn andbT.
by have := top_family_range E range; rewrite subSnn -full_row_sum.
Qed.
