(** * The claims about families of subsets, as [Statements.v] says them *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require UnionClosed.
From Subpool Require Statements.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

(** Theorem: the claim union-closed. *)
Theorem union_closed : Statements.union_closed.
Proof. by move=> F d family d_gt1; apply: UnionClosed.union_closed; apply: ltnW. Qed.
