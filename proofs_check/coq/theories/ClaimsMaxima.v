(** * The claims about the maxima of five, six, seven and eight numbers are theorems

    By computation, with the checker of [MaxByImages.v]; S is a common denominator of the coefficients of single
    permutations. *)

From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import MaxByImages.
From Subpool Require Statements.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

(** [%Z] is taken by MathComp's own integers. *)
Local Delimit Scope Z_scope with z.

(** Theorem: the claim max-of-five. *)
Theorem max_of_five : Statements.max_of_five.
Proof. by move=> F; apply: (max_by_permutations (S := 240%z)); vm_cast_no_check (erefl true). Qed.

(** Theorem: the claim max-of-six. *)
Theorem max_of_six : Statements.max_of_six.
Proof. by move=> F; apply: (max_by_group (S := 2%z)); vm_cast_no_check (erefl true). Qed.

(** Theorem: the claim max-of-seven. *)
Theorem max_of_seven : Statements.max_of_seven.
Proof. by move=> F; apply: (max_by_permutations (S := 10644480%z)); vm_cast_no_check (erefl true). Qed.

(** Theorem: the claim max-of-eight. *)
Theorem max_of_eight : Statements.max_of_eight.
Proof. by move=> F; apply: (max_by_permutations (S := 2419200%z)); vm_cast_no_check (erefl true). Qed.
