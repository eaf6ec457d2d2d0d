(** * Consecutive orders from 0 on: the bound by Chebyshev polynomials

    Claim: the orders 0..n, [n <= d-1], achieve the error [1/(1 + T_n((d+1)/(d-1)))] on the cube.

    Proof.  Let [t(z) = -1 + 2z/(d-1)].  [T_n(t(z))] belongs to the span of the orders 0..n, as [z C(z,r)] is a
    combination of [C(z,r)] and [C(z,r+1)].  For [z = 0..d-1] it is bounded by 1: with [a = T_n] and [b = T_(n+1)] the
    recursion keeps [a^2 - 2tab + b^2 = 1 - t^2], that is [(b - ta)^2 = (1 - t^2)(1 - a^2)].  At [d] it is at least 1. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Binomials Classes Duality Reduction Extremal.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** The Chebyshev polynomials of the first kind: T_0 = 1, T_1 = t, T_(n+2) = 2 t T_(n+1) - T_n. *)
Fixpoint chebyshev (F : realFieldType) (n : nat) (t : F) {struct n} : F :=
  match n with
  | 0%N => 1
  | 1%N => t
  | (m.+1 as k).+1 => 2%:R * t * chebyshev k t - chebyshev m t
  end.

Section Chebyshev.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Implicit Types (d n r z : nat) (t : F) (f g : nat -> F).

Lemma chebyshevSS n t : chebyshev n.+2 t = 2%:R * t * chebyshev n.+1 t - chebyshev n t.
Proof. by []. Qed.

Lemma chebyshev_invariant n t :
  (chebyshev n.+1 t - t * chebyshev n t) ^+ 2 = (1 - t ^+ 2) * (1 - chebyshev n t ^+ 2).
Proof.
suff keep : chebyshev n t ^+ 2 - 2%:R * t * chebyshev n t * chebyshev n.+1 t + chebyshev n.+1 t ^+ 2 = 1 - t ^+ 2.
  rewrite mulrBr mulr1 -{1}keep; move: (chebyshev n t) (chebyshev n.+1 t) => a b.
  by rewrite !expr2; normal_ring F.
elim: n => [|n IH]; first by rewrite /= !expr2; normal_ring F.
by rewrite -IH chebyshevSS !expr2; move: (chebyshev n t) (chebyshev n.+1 t) => a b; normal_ring F.
Qed.

Lemma chebyshev_within n t : `|t| <= 1 -> `|chebyshev n t| <= 1.
Proof.
move=> le_t; have : t ^+ 2 <= 1 by rewrite -real_normK ?num_real // expr_le1.
rewrite le_eqVlt => /predU1P[sq_t | lt_t]; last first.
  have := sqr_ge0 (chebyshev n.+1 t - t * chebyshev n t).
  rewrite chebyshev_invariant pmulr_rge0 ?subr_gt0 // subr_ge0 -[X in X <= _]real_normK ?num_real //.
  by rewrite expr_le1.
have abs_t : `|t| = 1.
  by apply/eqP; rewrite -(@pexpr_eq1 _ _ 2) // real_normK ?num_real // sq_t.
suff -> : `|chebyshev n t| = 1 by [].
elim: n => [|n IH]; first by rewrite normr1.
have := chebyshev_invariant n t; rewrite sq_t subrr mul0r => /eqP; rewrite sqrf_eq0 subr_eq0 => /eqP ->.
by rewrite normrM abs_t IH mulr1.
Qed.

Lemma chebyshev_ge1 n t : 1 <= t -> 1 <= chebyshev n t.
Proof.
move=> le_t; suff: (1 <= chebyshev n t) && (chebyshev n t <= chebyshev n.+1 t) by case/andP.
elim: n => [|n /andP[ge1 grows]]; first by rewrite lexx.
have ge1' := le_trans ge1 grows; rewrite ge1' chebyshevSS ler_subr_addr /=.
apply: (@le_trans _ _ (chebyshev n.+1 t + chebyshev n.+1 t)); first by rewrite ler_add2l.
rewrite -mulr2n -[X in X <= _]mulr_natl -mulrA ler_pmul2l ?ltr0n // ler_pemull //.
exact: le_trans ge1'.
Qed.

(** ** The span of the orders 0..n *)

Definition spanned n f : Prop := exists g, forall z, f z = \sum_(r < n.+1) g r * 'C(z, r)%:R.

Lemma spanned_ext n f g : (forall z, f z = g z) -> spanned n g -> spanned n f.
Proof. by move=> same [h def_g]; exists h => z; rewrite same. Qed.

Lemma spanned_const n (c : F) : spanned n (fun=> c).
Proof.
exists (fun r => if r == 0%N then c else 0) => z; rewrite big_ord_recl bin0 mulr1 big1 ?addr0 // => r _.
by rewrite mul0r.
Qed.

Lemma spanned_combine n f g (a b : F) : spanned n f -> spanned n g -> spanned n (fun z => a * f z + b * g z).
Proof.
move=> [hf def_f] [hg def_g]; exists (fun r => a * hf r + b * hg r) => z.
by rewrite def_f def_g !mulr_sumr -big_split /=; apply: eq_bigr => r _; rewrite mulrDl !mulrA.
Qed.

Lemma spanned_more n f : spanned n f -> spanned n.+1 f.
Proof.
case=> g def_f; exists (fun r => if (r <= n)%N then g r else 0) => z.
rewrite def_f [RHS]big_ord_recr /= ltnn mul0r addr0; apply: eq_bigr => r _.
by rewrite -ltnS ltn_ord.
Qed.

Lemma spanned_times n f : spanned n f -> spanned n.+1 (fun z => z%:R * f z).
Proof.
case=> g def_f; exists (fun r => (if (r <= n)%N then r%:R * g r else 0) + r%:R * g r.-1) => z.
rewrite (eq_bigr (fun r : 'I_n.+2 => (if (r <= n)%N then r%:R * g r else 0) * 'C(z, r)%:R
  + r%:R * g r.-1 * 'C(z, r)%:R)); last by move=> r _; rewrite mulrDl.
rewrite big_split /= [X in X + _]big_ord_recr [X in _ + X]big_ord_recl /= ltnn mul0r addr0 !mul0r add0r -big_split /=.
rewrite def_f mulr_sumr; apply: eq_bigr => r _; rewrite -ltnS ltn_ord /= /bump add1n /=.
rewrite [X in _ = _ + X]mulrAC bin_step.
by move: (z%:R : F) (r%:R : F) ('C(z, r)%:R : F) (g r) => x y c h; normal_ring F.
Qed.

Lemma spanned_chebyshev n (a b : F) : spanned n (fun z => chebyshev n (a + b * z%:R)).
Proof.
suff: spanned n (fun z => chebyshev n (a + b * z%:R)) /\ spanned n.+1 (fun z => chebyshev n.+1 (a + b * z%:R)) by case.
elim: n => [|n [IH0 IH1]]; split=> //; first exact: spanned_const.
  have := spanned_combine a b (spanned_const 1 1) (spanned_times (spanned_const 0 1)).
  by apply: spanned_ext => z; rewrite /= !mulr1.
have twice := spanned_combine (2%:R * a) (2%:R * b) (spanned_more IH1) (spanned_times IH1).
have := spanned_combine 1 (-1) twice (spanned_more (spanned_more IH0)).
apply: spanned_ext => z; rewrite chebyshevSS; cbv beta.
move: (z%:R : F) (chebyshev n.+1 _) (chebyshev n _) => x p q.
by rewrite mul1r mulN1r; congr (_ - _); rewrite mulrDr mulrDl -!mulrA; congr (_ + _); rewrite !mulrA.
Qed.

(** ** The bound *)

Lemma chebyshev_extrapolates d n :
  (1 < d)%N -> @extrapolates F d (iota 0 n.+1) (chebyshev n (d.+1%:R / d.-1%:R))^-1.
Proof.
move=> d_gt1; have gap_gt0 : (0 < d.-1)%N by rewrite -ltnS prednK // ltnW.
have D_gt0 : 0 < d.-1%:R :> F by rewrite ltr0n.
pose t z : F := -1 + 2%:R / d.-1%:R * z%:R.
have [g def_T] := spanned_chebyshev n (-1) (2%:R / d.-1%:R).
have at_d : t d = d.+1%:R / d.-1%:R.
  have def_d : d%:R = d.-1%:R + 1 :> F by rewrite -{1}(prednK (ltnW d_gt1)) mulrSr.
  rewrite /t [d.+1%:R]mulrSr def_d; have /lt0r_neq0/eqP := D_gt0.
  by move: (d.-1%:R : F) => x x_neq0; normal_field F.
set L := chebyshev n _; have L_ge1 : 1 <= L.
  by apply: chebyshev_ge1; rewrite ler_pdivl_mulr // mul1r ler_nat (leq_trans (leq_pred d)).
have L_gt0 : 0 < L := lt_le_trans ltr01 L_ge1.
have span_g z : span (iota 0 n.+1) g z = chebyshev n (t z).
  by rewrite def_T /span -{1}[n.+1]subn0 -/(index_iota 0 n.+1) big_mkord.
exists (fun r => L^-1 * g r); split; first by rewrite span_scale span_g at_d mulVf ?lt0r_neq0.
move=> z lt_zd; rewrite span_scale span_g normrM gtr0_norm ?invr_gt0 // -[X in _ <= X]mulr1 ler_pmul2l ?invr_gt0 //.
apply: chebyshev_within; rewrite /t addrC ler_distl subrr mulr_ge0 ?divr_ge0 ?ler0n //=.
rewrite mulrAC ler_pdivr_mulr // -[1 + 1]/(2%:R) ler_pmul2l ?ltr0n // ler_nat -ltnS prednK //.
exact: ltnW.
Qed.

End Chebyshev.

(** Theorem: the orders 0..n, n <= d-1, achieve the error 1/(1 + T_n((d+1)/(d-1))) on the cube, d >= 2, with the
    Chebyshev polynomial T_n of the first kind. *)
Theorem chebyshev_bound (F : realFieldType) (d n : nat) :
  (1 < d)%N -> (n < d)%N -> achievable_on_cube d (iota 0 n.+1) (1 + chebyshev n (d.+1%:R / d.-1%:R : F))^-1.
Proof.
move=> d_gt1 lt_nd; have d_gt0 := ltnW d_gt1; have := chebyshev_extrapolates F n d_gt1; set L := chebyshev _ _ => extra.
have L_ge1 : 1 <= L.
  apply: chebyshev_ge1; rewrite ler_pdivl_mulr ?mul1r ?ler_nat; first by rewrite (leq_trans (leq_pred d)).
  by rewrite ltr0n -ltnS prednK.
have L_gt0 : 0 < L := lt_le_trans ltr01 L_ge1.
have inner : inner_orders d (iota 1 n).
  by apply/allP => r; rewrite mem_iota add1n => /andP[-> le_rn]; apply: leq_trans lt_nd.
rewrite reduction //; last first.
  by move=> r; rewrite mem_iota add0n => /andP[_ le_rn]; rewrite -ltnS (leq_trans le_rn) // ltnW.
have := approximates_extrapolates _ extra; rewrite invr_ge0 (ltW L_gt0) => /(_ isT).
rewrite -[iota 0 n.+1]/(0%N :: iota 1 n) -achievable_intercept // (_ : _ / _ = (1 + L)^-1) //.
by rewrite -invf_div invrK mulrDl mul1r mulVf ?lt0r_neq0 // addrC.
Qed.
