(** * Lower bounds by duality, and three programs that are one

    _Duality._  Weights [w_z] on the vertices with [sum_z w_z m_r(z) = 0] for every order [r] see only the target of a
    residual, not the estimator.  So if some estimator achieves [E], then [|sum_z w_z target(z)| <= E sum_z |w_z|].

    _One program._  Let [g(z) = sum_{r in S} g_r C(z,r)].  Say that [S] _extrapolates_ with bound [A] if some such [g]
    has [g(d) = 1] and [|g| <= A] on 0..d-1, and that it _approximates_ with error [E] if some such [g] is within [E] of
    [z = d] (1 there, 0 elsewhere) on 0..d.  The residual of an estimator is a [g] less [z = d], with
    [g_r = beta_r / C(d,r)], and [g_0 + sum_{r >= 1} beta_r + beta_0 = 1].  Hence, for orders [R] without 0:
    - with intercept: [0 :: R] achieves [E] iff [0 :: R] approximates with error [E];
    - without: [R] achieves [E] iff [0 :: R] extrapolates with bound [E];
    - relative to the range: [R] achieves [E] iff [R] extrapolates with bound [E].
    Scaling [g] turns one into the other: the least [E] of approximation is [A/(1+A)], [A] the least bound. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Binomials Classes.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Duality.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Implicit Types (d r z : nat) (R S : seq nat) (A E : F) (beta g w : nat -> F).

(** ** Duality in the class *)

Lemma duality_bound d R E w :
  (forall r, r \in R -> \sum_(z < d.+1) w z * feature F d r z = 0) ->
  achievable d R E -> `|\sum_(z < d.+1) w z * target F d z| <= E * \sum_(z < d.+1) `|w z|.
Proof.
move=> moments [beta bound].
have -> : \sum_(z < d.+1) w z * target F d z = \sum_(z < d.+1) w z * residual d R beta z.
  rewrite /residual; under [RHS]eq_bigr do rewrite mulrBr.
  rewrite sumrB [X in _ - X](_ : _ = 0) ?subr0 // /estimate.
  under eq_bigr do rewrite mulr_sumr.
  rewrite exchange_big big_seq big1 //= => r in_R.
  by under eq_bigr do rewrite mulrCA; rewrite -mulr_sumr moments ?mulr0.
apply: le_trans (ler_norm_sum _ _ _) _; rewrite mulr_sumr; apply: ler_sum => z _.
by rewrite normrM mulrC ler_wpmul2r // bound // -ltnS.
Qed.

Lemma achievable_perm d R R' E : perm_eq R R' -> achievable d R E -> achievable d R' E.
Proof.
move=> same [beta bound]; exists beta => z le_zd.
by rewrite /residual /estimate -(perm_big _ same); apply: bound.
Qed.

Lemma achievable_range_perm d R R' E : perm_eq R R' -> achievable_range d R E -> achievable_range d R' E.
Proof.
move=> same [beta [sum1 bound]]; exists beta; split; first by rewrite -(perm_big _ same).
by move=> z range; rewrite /residual /estimate -(perm_big _ same); apply: bound.
Qed.

Lemma achievable_weaken d R E E' : E <= E' -> achievable d R E -> achievable d R E'.
Proof. by move=> le_E [beta bound]; exists beta => z le_zd; apply: le_trans le_E; apply: bound. Qed.

(** ** Extrapolation and approximation *)

(** g(z) = sum over r in S of g_r C(z,r). *)
Definition span S g z : F := \sum_(r <- S) g r * 'C(z, r)%:R.

Definition extrapolates d S A : Prop :=
  exists g, span S g d = 1 /\ forall z, (z < d)%N -> `|span S g z| <= A.

Definition approximates d S E : Prop :=
  exists g, forall z, (z <= d)%N -> `|(z == d)%:R - span S g z| <= E.

Lemma span_scale S g (a : F) z : span S (fun r => a * g r) z = a * span S g z.
Proof. by rewrite /span mulr_sumr; apply: eq_bigr => r _; rewrite mulrA. Qed.

(** The orthogonality of weights extends from the C(z,r) to their span. *)
Lemma span_moment d S g w :
  (forall r, r \in S -> \sum_(z < d.+1) w z * 'C(z, r)%:R = 0) -> \sum_(z < d.+1) w z * span S g z = 0.
Proof.
move=> moments; under eq_bigr do rewrite mulr_sumr.
rewrite exchange_big big_seq big1 //= => r in_S.
by under eq_bigr do rewrite mulrCA; rewrite -mulr_sumr moments ?mulr0.
Qed.

(** Duality for extrapolation: the weight is 1 at the vertex [d]. *)
Lemma extrapolation_bound d S A w :
  w d = 1 -> (forall r, r \in S -> \sum_(z < d.+1) w z * 'C(z, r)%:R = 0) ->
  extrapolates d S A -> 1 <= A * \sum_(z < d) `|w z|.
Proof.
move=> wd moments [g [gd bound]]; have := span_moment g moments.
rewrite big_ord_recr /= wd gd mulr1 => /eqP; rewrite addrC addr_eq0 => /eqP ->.
apply: le_trans (ler_norm _) _; rewrite normrN; apply: le_trans (ler_norm_sum _ _ _) _.
by rewrite mulr_sumr; apply: ler_sum => z _; rewrite normrM mulrC ler_wpmul2r // bound.
Qed.

Lemma extrapolates_weaken d S A A' : A <= A' -> extrapolates d S A -> extrapolates d S A'.
Proof. by move=> le_A [g [gd bound]]; exists g; split=> // z lt_zd; apply: le_trans le_A; apply: bound. Qed.

Lemma approximates_weaken d S E E' : E <= E' -> approximates d S E -> approximates d S E'.
Proof. by move=> le_E [g bound]; exists g => z le_zd; apply: le_trans le_E; apply: bound. Qed.

Lemma extrapolates_ge0 d S A : (0 < d)%N -> extrapolates d S A -> 0 <= A.
Proof. by move=> d_gt0 [g [_ bound]]; apply: le_trans (normr_ge0 _) (bound 0%N d_gt0). Qed.

Lemma approximates_extrapolates d S A : 0 <= A -> extrapolates d S A -> approximates d S (A / (1 + A)).
Proof.
move=> A_ge0 [g [gd bound]]; have pos : 0 < 1 + A by rewrite ltr_paddr ?ltr01.
  have nz := lt0r_neq0 pos.
exists (fun r => (1 + A)^-1 * g r) => z; rewrite leq_eqVlt span_scale => /predU1P[-> | lt_zd].
  rewrite eqxx gd mulr1 -{1}(divff nz) -[X in _ - X]mul1r -mulrBl addrAC subrr add0r.
  by rewrite ger0_norm // divr_ge0 // ltW.
by rewrite (ltn_eqF lt_zd) sub0r normrN normrM gtr0_norm ?invr_gt0 // mulrC ler_pmul2r ?invr_gt0 // bound.
Qed.

Lemma extrapolates_approximates d S E : E < 1 -> approximates d S E -> extrapolates d S (E / (1 - E)).
Proof.
move=> E_lt1 [g bound]; have pos : 0 < 1 - E by rewrite subr_gt0.
have ge_gd : 1 - E <= span S g d.
  have := bound d (leqnn d); rewrite eqxx ler_norml => /andP[_].
  by rewrite ler_subl_addr addrC -ler_subl_addr.
have gd_gt0 : 0 < span S g d by apply: lt_le_trans ge_gd.
exists (fun r => (span S g d)^-1 * g r); split; first by rewrite span_scale mulVf ?gt_eqF.
move=> z lt_zd; rewrite span_scale normrM gtr0_norm ?invr_gt0 //.
have := bound z (ltnW lt_zd); rewrite (ltn_eqF lt_zd) sub0r normrN => bound_z.
by rewrite mulrC; apply: ler_pmul => //; [rewrite invr_ge0 ltW | rewrite lef_pinv].
Qed.

(** The least error of approximation from the least bound of extrapolation. *)
Lemma least_approximation d S (a : F) :
  0 <= a -> least_error (extrapolates d S) a -> least_error (approximates d S) (a / (1 + a)).
Proof.
move=> a_ge0 least E; have pos : 0 < 1 + a by rewrite ltr_paddr ?ltr01.
split=> [approx | le_E]; last first.
  by apply: approximates_weaken le_E _; apply: approximates_extrapolates => //; apply/least.
rewrite ler_pdivr_mulr // mulrDr mulr1; case: (lerP 1 E) => [le1E | E_lt1].
  by rewrite ler_paddl ?(le_trans ler01) // ler_pemull.
have := extrapolates_approximates E_lt1 approx; rewrite least ler_pdivl_mulr ?subr_gt0 //.
by rewrite mulrBr mulr1 ler_subl_addr addrC mulrC [E * a]mulrC addrC.
Qed.

(** A function [g] that is [L] at [d] and within [-1, 1] before, with weights of total size [L]: the least bound is
    1/L. *)
Lemma extrapolation_constant d S (L : F) g w :
  0 < L -> span S g d = L -> (forall z, (z < d)%N -> `|span S g z| <= 1) ->
  w d = 1 -> (forall r, r \in S -> \sum_(z < d.+1) w z * 'C(z, r)%:R = 0) -> \sum_(z < d) `|w z| <= L ->
  least_error (extrapolates d S) L^-1.
Proof.
move=> L_gt0 gd bound wd moments size A; split=> [extra | le_A].
  have A_ge0 : 0 <= A.
    case: (posnP d) => [d0 | d_gt0]; last exact: extrapolates_ge0 extra.
    by have := extrapolation_bound wd moments extra; rewrite d0 big_ord0 mulr0 ler10.
  rewrite -[L^-1]mul1r ler_pdivr_mulr //; apply: le_trans (extrapolation_bound wd moments extra) _.
  by rewrite ler_wpmul2l.
apply: (extrapolates_weaken le_A); exists (fun r => L^-1 * g r).
split; first by rewrite span_scale gd mulVf ?gt_eqF.
move=> z lt_zd; rewrite span_scale normrM gtr0_norm ?invr_gt0 //.
by rewrite -[X in _ <= X]mulr1 ler_pmul2l ?invr_gt0 // bound.
Qed.

(** Newton's interpolation of [u] on 0..d-1 by the orders 0..d-1, and the value at [d] that it extrapolates to. *)
Lemma span_newton d (u : nat -> F) z : (z < d)%N -> span (iota 0 d) (newton u) z = u z.
Proof. by move=> lt_zd; rewrite /span -{1}[d]subn0 -/(index_iota 0 d) big_mkord newton_interpolates. Qed.

Definition alternating_binomial d z : F := (-1) ^+ (d + z) * 'C(d, z)%:R.

Lemma alternating_binomial_d d : alternating_binomial d d = 1.
Proof. by rewrite /alternating_binomial binn mulr1 exprD sign_sq. Qed.

Lemma alternating_binomial_moment d r : (r < d)%N -> \sum_(z < d.+1) alternating_binomial d z * 'C(z, r)%:R = 0.
Proof.
move=> lt_rd; have := difference F (ltnW lt_rd); rewrite (ltn_eqF lt_rd) => zero.
by rewrite -[RHS]zero; apply: eq_bigr => z _; rewrite /alternating_binomial -mulrA natrM.
Qed.

Lemma span_newton_d d (u : nat -> F) :
  span (iota 0 d) (newton u) d = - \sum_(z < d) alternating_binomial d z * u z.
Proof.
have moments r : r \in iota 0 d -> \sum_(z < d.+1) alternating_binomial d z * 'C(z, r)%:R = 0.
  by rewrite mem_iota => /andP[_]; exact: alternating_binomial_moment.
have := span_moment (newton u) moments.
rewrite big_ord_recr /= alternating_binomial_d mul1r => /eqP; rewrite addrC addr_eq0 => /eqP ->; congr (- _).
by apply: eq_bigr => z _; rewrite span_newton.
Qed.

(** ** The three problems of the class *)

(** [R] lists orders from 1 to [d-1]. *)
Definition inner_orders d R : bool := all (fun r => (0 < r < d)%N) R.

Lemma bin_neq0 d r : (r <= d)%N -> 'C(d, r)%:R != 0 :> F.
Proof. by move=> le_rd; rewrite pnatr_eq0 -lt0n bin_gt0. Qed.

(** The residual, for [g_r = beta_r / C(d,r)]. *)
Lemma residual_span d R beta g z :
  inner_orders d R -> (forall r, r \in R -> beta r = g r * 'C(d, r)%:R) ->
  residual d R beta z = (1 - \sum_(r <- R) beta r) + span R g z - (z == d)%:R.
Proof.
move=> /allP inner def_beta; rewrite /residual /target (_ : estimate d R beta z = \sum_(r <- R) beta r - span R g z).
  by case: (z == d); rewrite /= -?[1%:R]/1 -?[0%:R]/0; normal_ring F.
rewrite /estimate /span -sumrB !big_seq; apply: eq_bigr => r in_R; rewrite /feature.
have /andP[r_gt0 lt_rd] := inner r in_R.
have nz := bin_neq0 (ltnW lt_rd); rewrite (gtn_eqF r_gt0) def_beta //.
by have /eqP := nz; move: 'C(d, r)%:R => b b_neq0; normal_field F.
Qed.

Lemma residual_intercept d R beta z : residual d (0%N :: R) beta z = residual d R beta z - beta 0%N.
Proof. by rewrite /residual /estimate big_cons /feature eqxx mulr1 opprD addrA addrAC. Qed.

Lemma span_intercept R g z : span (0%N :: R) g z = g 0%N + span R g z.
Proof. by rewrite /span big_cons bin0 mulr1. Qed.

(** The coefficients [g] of an estimator without intercept, and the estimator of [g]. *)
Let with_constant (c : F) (h : nat -> F) r : F := if r == 0%N then c else h r.

Let span_with_constant d R c h z : inner_orders d R -> span R (with_constant c h) z = span R h z.
Proof.
move=> /allP inner; rewrite /span !big_seq; apply: eq_bigr => r in_R.
by have /andP[r_gt0 _] := inner r in_R; rewrite /with_constant (gtn_eqF r_gt0).
Qed.

Let sum_with_constant d R c h : inner_orders d R -> \sum_(r <- R) with_constant c h r = \sum_(r <- R) h r.
Proof.
move=> /allP inner; rewrite !big_seq; apply: eq_bigr => r in_R.
by have /andP[r_gt0 _] := inner r in_R; rewrite /with_constant (gtn_eqF r_gt0).
Qed.

Let scaled d beta r : F := beta r / 'C(d, r)%:R.

Let scaledK d R beta : inner_orders d R -> forall r, r \in R -> beta r = scaled d beta r * 'C(d, r)%:R.
Proof. by move=> /allP inner r /inner /andP[_ lt_rd]; rewrite /scaled divfK // bin_neq0 // ltnW. Qed.

Lemma span_at_d d R g : span R g d = \sum_(r <- R) g r * 'C(d, r)%:R.
Proof. by []. Qed.

(** With intercept. *)
Lemma achievable_intercept d R E : inner_orders d R -> achievable d (0%N :: R) E <-> approximates d (0%N :: R) E.
Proof.
move=> inner; split=> [[beta bound] | [g bound]].
  pose g0 := 1 - beta 0%N - \sum_(r <- R) beta r; exists (with_constant g0 (scaled d beta)) => z /bound.
  rewrite span_intercept (span_with_constant _ _ _ inner) residual_intercept.
  rewrite (residual_span _ inner (scaledK beta inner)) /with_constant /= -normrN; congr (`|_| <= _).
  by rewrite /g0; move: (\sum_(r <- R) beta r) => total; normal_ring F.
pose h r := g r * 'C(d, r)%:R; pose h0 := 1 - g 0%N - \sum_(r <- R) h r; exists (with_constant h0 h) => z /bound.
have def_h r : r \in R -> with_constant h0 h r = g r * 'C(d, r)%:R.
  by case/(allP inner)/andP=> r_gt0 _; rewrite /with_constant (gtn_eqF r_gt0).
rewrite residual_intercept (residual_span _ inner def_h) (sum_with_constant _ _ inner) span_intercept /with_constant /=.
rewrite -normrN; congr (`|_| <= _).
by rewrite /h0; move: (\sum_(r <- R) h r) => total; normal_ring F.
Qed.

(** The least error with intercept, from the least bound of extrapolation. *)
Lemma least_with_intercept d R (L : F) :
  0 < L -> inner_orders d R -> least_error (extrapolates d (0%N :: R)) L^-1 ->
  least_error (achievable d (0%N :: R)) (L + 1)^-1.
Proof.
move=> L_gt0 inner least E; rewrite (achievable_intercept _ inner).
have L1_gt0 : 0 < L + 1 by rewrite ltr_paddl ?ltr01 ?ltW.
have Li_gt0 : 0 < 1 + L^-1 by rewrite ltr_paddr ?ltr01 // invr_ge0 ltW.
rewrite (_ : (L + 1)^-1 = L^-1 / (1 + L^-1)); first by apply: least_approximation; rewrite // invr_ge0 ltW.
move/lt0r_neq0/eqP: L_gt0 => L_neq0; move/lt0r_neq0/eqP: L1_gt0 => L1_neq0.
by normal_field F; split=> //; split.
Qed.

(** Without intercept. *)
Lemma achievable_no_intercept d R E :
  (0 < d)%N -> inner_orders d R -> achievable d R E <-> extrapolates d (0%N :: R) E.
Proof.
move=> d_gt0 inner; split=> [[beta bound] | extra].
  pose g0 := 1 - \sum_(r <- R) beta r; exists (with_constant g0 (scaled d beta)); split.
    rewrite span_intercept (span_with_constant _ _ _ inner) span_at_d /with_constant /=.
    rewrite (_ : \sum_(r <- R) scaled d beta r * 'C(d, r)%:R = \sum_(r <- R) beta r) ?subrK //.
    by rewrite !big_seq; apply: eq_bigr => r in_R; rewrite -(scaledK beta inner).
  move=> z lt_zd; have := bound z (ltnW lt_zd).
  by rewrite (residual_span _ inner (scaledK beta inner)) (ltn_eqF lt_zd) subr0 span_intercept
             (span_with_constant _ _ _ inner).
have E_ge0 := extrapolates_ge0 d_gt0 extra; case: extra => g [gd bound].
have def_h r : r \in R -> g r * 'C(d, r)%:R = g r * 'C(d, r)%:R by [].
have g0 : 1 - \sum_(r <- R) g r * 'C(d, r)%:R = g 0%N
  by apply/eqP; rewrite subr_eq -span_at_d -span_intercept gd.
exists (fun r => g r * 'C(d, r)%:R) => z; rewrite (residual_span _ inner def_h) g0 -span_intercept leq_eqVlt.
case/predU1P=> [-> | lt_zd]; first by rewrite gd eqxx subrr normr0.
by rewrite (ltn_eqF lt_zd) subr0 bound.
Qed.

(** Relative to the range. *)
Lemma achievable_range_extrapolates d R E :
  (1 < d)%N -> inner_orders d R -> achievable_range d R E <-> extrapolates d R E.
Proof.
move=> d_gt1 inner; split=> [[beta [sum1 bound]] | extra].
  have same z := residual_span z inner (scaledK beta inner); rewrite sum1 subrr in same.
  exists (scaled d beta); split.
    by rewrite span_at_d -[RHS]sum1 !big_seq; apply: eq_bigr => r in_R; rewrite -(scaledK beta inner).
  case=> [|z] lt_zd; last by have := bound z.+1 lt_zd; rewrite same (ltn_eqF lt_zd) subr0 add0r.
  rewrite /span big_seq big1 ?normr0; first by apply: le_trans (normr_ge0 _) (bound 1%N d_gt1).
  by move=> r /(allP inner) /andP[r_gt0 _]; rewrite bin_small ?mulr0.
case: extra => g [gd bound]; exists (fun r => g r * 'C(d, r)%:R); split; first by [].
have def_h r : r \in R -> g r * 'C(d, r)%:R = g r * 'C(d, r)%:R by [].
move=> z /andP[_ lt_zd]; rewrite (residual_span _ inner def_h) -span_at_d gd subrr add0r (ltn_eqF lt_zd) subr0.
exact: bound.
Qed.

End Duality.
