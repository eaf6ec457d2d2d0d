(** * The maximum of six numbers in two hidden layers

    Claim: [12 max(x_0..x_5)] is twice the sum of the [max(x_i, x_(i+1))], indices modulo 6, and the sum of 54
    terms, for all numbers of an ordered field.

    Proof.  By the checker of [Maxima.v]: 720 orders of the numbers, 54 terms in each. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Maxima MaximaData.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

(** Theorem: twelve times the maximum of six numbers is twice the sum of the maxima of neighbours in the hexagon, and the
    sum of 54 multiples of ReLUs of combinations of the maxima of two. *)
Theorem max_of_six (F : realFieldType) (x : seq F) : size x = 6 -> identity_of_six x.
Proof. by apply: maximum_by_checking; vm_cast_no_check (erefl true). Qed.
