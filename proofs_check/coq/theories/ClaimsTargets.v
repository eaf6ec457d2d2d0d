(** * The claims about parity, trimmed means, and order statistics by one order, as [Statements.v] says them *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Classes.
From Subpool Require TargetParity.
From Subpool Require Statements.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem: the claim parity. *)
Theorem parity : Statements.parity.
Proof.
move=> F d R [uniq_R _ upto] _ in_0 notin; apply: TargetParity.parity => // r in_r.
by rewrite ltn_neqAle upto // andbT; apply: contraNneq notin => <-.
Qed.
