(** * The claims about order statistics by one order, trimmed means, and parity, as [Statements.v] says them *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Classes.
From Subpool Require TargetParity TargetSingle TargetTrimmed.
From Subpool Require Statements.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma strictly_between d m s : (2 <= d)%N -> (m + 1 <= s <= d - 1)%N -> (m < s < d)%N.
Proof. by move=> d_gt1; rewrite addn1 subn1 -[(s <= _)%N]ltnS prednK // ltnW. Qed.

(** Theorem: the claim order-statistic-single. *)
Theorem order_statistic_single : Statements.order_statistic_single.
Proof.
move=> F d r j S d_gt1 range_j range_r above either g def_g; rewrite subn1.
apply: TargetSingle.order_statistic_single => //.
  by move=> s /above; exact: strictly_between.
case: either => [-> | large]; [by left | right].
have [_ le_rd] := andP range_r.
by rewrite -mulrDl ler_pdivl_mulr ?ltr0n ?bin_gt0 // mul1r -natrD ler_nat -subn1.
Qed.

(** Theorem: the claim range-order-statistic-single. *)
Theorem range_order_statistic_single : Statements.range_order_statistic_single.
Proof.
by move=> F d r j _ range_j range_r g def_g; rewrite subn1; exact: TargetSingle.range_order_statistic_single.
Qed.

(** Theorem: the claim trimmed-mean. *)
Theorem trimmed_mean : Statements.trimmed_mean.
Proof.
move=> F d k S d_gt1 /andP[_ trims] above g def_g.
rewrite -natrB; last by rewrite (leq_trans _ (ltnW trims)) // leq_pmull.
by apply: TargetTrimmed.trimmed_mean => // s /above; exact: strictly_between.
Qed.

(** Theorem: the claim parity. *)
Theorem parity : Statements.parity.
Proof.
move=> F d R [uniq_R _ upto] _ in_0 notin; apply: TargetParity.parity => // r in_r.
by rewrite ltn_neqAle upto // andbT; apply: contraNneq notin => <-.
Qed.
