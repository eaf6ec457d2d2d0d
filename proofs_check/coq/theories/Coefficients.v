(** * Coefficients that attain the least error

    Where a function [g] of the span and a few places solve the problem of extrapolation ([FewPlaces.v]), with the least
    bound [1/L], coefficients that attain the least error [E] are [g_r C(d,r) E]: with the intercept, whose coefficient
    is the error, [E = 1/(L+1)]; relative to the range, [E = 1/L].  Without the intercept they are those with it, divided
    by [1 - E]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Binomials Classes Duality Reduction Optimal FewPlaces FewOrders Intercept.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Differences of natural numbers in a field. *)
Section Differences.

Variable F : realFieldType.

Lemma natural_less (n k : nat) : (k <= n)%N -> n%:R - k%:R = (n - k)%:R :> F.
Proof. by move=> le_kn; rewrite natrB. Qed.

Lemma natural_less_one (n : nat) : n.+1%:R - 1 = n%:R :> F.
Proof. by rewrite -[n.+1]addn1 natrD addrK. Qed.

Lemma one_less_natural (n : nat) : 1 - n.+1%:R = - n%:R :> F.
Proof. by rewrite -opprB natural_less_one. Qed.

End Differences.

(** An equation in a field between terms in numbers [n%:R], whose denominators are sums of products of such and of
    positive constants, in any spelling. *)
Ltac spelled_ge0 F :=
  first [refine (@ler01 F) | refine (@ler0n F _) | refine (@mulr_ge0 F _ _ _ _); spelled_ge0 F
        | refine (@addr_ge0 F _ _ _ _); spelled_ge0 F].

Ltac spelled_gt0 F :=
  first [refine (@ltr01 F) | assumption | refine (@mulr_gt0 F _ _ _ _); spelled_gt0 F
        | refine (@ltr_paddr F _ _ _ _ _); [spelled_ge0 F | spelled_gt0 F]
        | refine (@ltr_paddl F _ _ _ _ _); [spelled_ge0 F | spelled_gt0 F]].

Ltac field_of_sums F :=
  rewrite ?(natrM, natrD, mulrS) ?mulr0n; spell_goal F; field;
  repeat match goal with |- _ /\ _ => split end;
  refine (@positive_neq0 F _ _); rewrite /f_add /f_mul /f_one /f_nat /f_zero /f_atom /f_exp; spelled_gt0 F.

Section Coefficients.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Implicit Types (d r z : nat) (R S : seq nat) (L E : F) (beta g : nat -> F) (places : seq (nat * F)).

Lemma inner_upto d R : inner_orders d R -> forall r, r \in R -> (r <= d)%N.
Proof. by move=> /allP inner r /inner /andP[_ /ltnW]. Qed.

(** The coefficients of [g], scaled to the error [E]. *)
Definition scaled_by d R g E beta : Prop := forall r, r \in R -> beta r = g r * 'C(d, r)%:R * E.

Lemma scaled_sum d R g E beta : scaled_by d R g E beta -> \sum_(r <- R) beta r = E * span R g d.
Proof.
move=> def_beta; rewrite -span_scale span_at_d !big_seq; apply: eq_bigr => r /def_beta ->.
by rewrite mulrC mulrA.
Qed.

Lemma scaled_residual d R g E beta z :
  inner_orders d R -> scaled_by d R g E beta ->
  residual d R beta z = 1 - E * span R g d + E * span R g z - (z == d)%:R.
Proof.
move=> inner def_beta; have def_g r : r \in R -> beta r = E * g r * 'C(d, r)%:R.
  by move/def_beta->; rewrite mulrC mulrA.
by rewrite (residual_span z inner def_g) (scaled_sum def_beta) span_scale.
Qed.

(** With the intercept. *)
Lemma optimal_with d R g places L beta E :
  solved d (0%N :: R) g places L -> inner_orders d R -> E = (L + 1)^-1 -> beta 0%N = E ->
  scaled_by d R g E beta -> optimal_cube F d (0%N :: R) beta E.
Proof.
move=> sol inner def_E beta0 def_beta; have [d_gt0 L_gt0 at_d within _ _ _] := sol.
have L1_gt0 : 0 < L + 1 by rewrite ltr_paddr ?ler01.
have unit : E * (L + 1) = 1 by rewrite def_E mulVf // lt0r_neq0.
have E_ge0 : 0 <= E by rewrite def_E invr_ge0 ltW.
split; last by rewrite def_E; apply: least_on_cube d_gt0 L_gt0 inner (solved_least sol).
apply: cube_of_vertices => // [r | z].
  by rewrite inE => /predU1P[-> // | /(inner_upto inner)].
rewrite residual_intercept (scaled_residual z inner def_beta) beta0.
have -> : 1 - E * span R g d + E * span R g z - (z == d)%:R - E = E * span (0%N :: R) g z - (z == d)%:R.
  rewrite -at_d in unit; rewrite -unit !span_intercept.
  by move: (span R g d) (span R g z) (g 0%N) ((z == d)%:R : F) => x y c e; normal_ring F.
rewrite leq_eqVlt => /predU1P[-> | lt_zd].
  rewrite eqxx at_d (_ : E * L - 1%:R = - E) ?normrN ?ger0_norm //.
  by rewrite -[1%:R]unit mulrDr mulr1 opprD addrA subrr add0r.
by rewrite (ltn_eqF lt_zd) subr0 normrM ger0_norm // -[X in _ <= X]mulr1 ler_wpmul2l // within.
Qed.

(** The coefficients without the intercept are those with it, divided by [1 - E']. *)
Lemma optimal_without d R beta' E' beta E :
  (0 < d)%N -> inner_orders d R -> optimal_cube F d (0%N :: R) beta' E' -> beta' 0%N = E' ->
  E = E' / (1 - E') -> (forall r, r \in R -> beta r = beta' r / (1 - E')) -> optimal_cube F d R beta E.
Proof.
move=> d_gt0 inner [bound least] beta0 def_E def_beta; have upto := inner_upto inner.
have upto0 r : r \in 0%N :: R -> (r <= d)%N by rewrite inE => /predU1P[-> // | /upto].
split; last by rewrite def_E; apply: removing_the_intercept least => //; apply/allP.
have E'_lt1 : E' < 1.
  apply: le_lt_trans (half_lt1 F); apply/least; rewrite reduction //; apply/achievable_intercept => //.
  exact: half_achieved.
have pos : 0 < 1 - E' by rewrite subr_gt0.
have shares z : estimate d R beta z = estimate d R beta' z / (1 - E').
  by rewrite /estimate mulr_suml !big_seq; apply: eq_bigr => r /def_beta ->; rewrite mulrAC.
apply/residual_bounds => // z le_zd; have := (residual_bounds beta' E' d_gt0 upto0).1 bound z le_zd.
rewrite residual_intercept beta0 /residual shares /target; case: eqP => [-> _ | _ bound_z].
  rewrite (_ : estimate d R beta' d = 0) ?mul0r ?subrr ?normr0.
    have := le_trans (normr_ge0 _) ((residual_bounds beta' E' d_gt0 upto0).1 bound 0%N (leq0n d)).
    by move=> E'_ge0; rewrite def_E divr_ge0 // ltW.
  rewrite /estimate big_seq big1 // => r in_R; have /andP[r_gt0 lt_rd] := allP inner r in_R.
  by rewrite /feature (gtn_eqF r_gt0) divff ?bin_neq0 ?subrr ?mulr0 // ltnW.
rewrite (_ : 1 - _ = (1 - estimate d R beta' z - E') / (1 - E')).
  by rewrite normrM [ `|_^-1|]gtr0_norm ?invr_gt0 // def_E ler_pmul2r ?invr_gt0.
move/lt0r_neq0/eqP: pos; move: (estimate d R beta' z) => x nz.
by normal_field F.
Qed.

(** Relative to the range. *)
Lemma optimal_relative d R g places L beta E :
  (1 < d)%N -> solved d R g places L -> inner_orders d R -> E = L^-1 -> scaled_by d R g E beta ->
  optimal_range F d R beta E.
Proof.
move=> d_gt1 sol inner def_E def_beta; have [d_gt0 L_gt0 at_d within _ _ _] := sol.
have unit : E * L = 1 by rewrite def_E mulVf // lt0r_neq0.
have E_ge0 : 0 <= E by rewrite def_E invr_ge0 ltW.
have sum1 : \sum_(r <- R) beta r = 1 by rewrite (scaled_sum def_beta) at_d.
split=> //; last by rewrite def_E; apply: least_relative d_gt1 inner (solved_least sol).
apply: relative_of_vertices => // [r | r | z /andP[_ lt_zd]]; first exact: inner_upto.
  by move/(allP inner)/andP=> [].
rewrite (scaled_residual z inner def_beta) at_d unit subrr add0r (ltn_eqF lt_zd) subr0 normrM ger0_norm //.
by rewrite -[X in _ <= X]mulr1 ler_wpmul2l // within.
Qed.

End Coefficients.
