(** * The claims of closed forms of one to four orders, as [Statements.v] says them

    With the intercept, and relative to the range, the coefficients are those of the functions of [FewOrders.v]; without
    the intercept they are those with it, divided by [1 - E]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Binomials Classes Duality FewPlaces Pair FewOrders Intercept Coefficients.
From Subpool Require Statements.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Differences of numbers [n%:R], for [n] with enough successors. *)
Ltac whole := rewrite ?(natural_less_one, one_less_natural) ?natural_less ?subSS ?subn0 //.

(** Orders from 1 to [d-1]. *)
Ltac inner := by rewrite /= ?ltnS ?leqnn ?leqnSn ?(leqW (leqnSn _)).

(** A coefficient of a function of [FewOrders.v]. *)
Ltac coefficient F :=
  rewrite /listed /= ?(ltn_eqF (ltnSn _)) ?(gtn_eqF (ltnSn _)) ?(ltn_eqF (ltnW (ltnSn _))) ?(gtn_eqF (ltnW (ltnSn _)));
  rewrite ?eqxx /= ?bin1 ?binSn ?bin_two_below ?bin_three_below ?bin3_field ?bin2_field;
  field_of_sums F.

(** An equation in a field that holds whatever the inverses are. *)
Ltac whatever_the_inverses F :=
  rewrite ?invfM ?invrK ?mulrA;
  repeat match goal with |- context [GRing.inv ?x] => move: (GRing.inv x) => ? end;
  normal_ring F.

(** The error without the intercept. *)
Lemma bare_error (F : realFieldType) (n E : F) : 0 < n -> E = n^-1 -> (n - 1)^-1 = E / (1 - E).
Proof. by move=> n_gt0 ->; rewrite inverse_without_intercept // lt0r_neq0. Qed.

(** ** One order beside the intercept, or alone *)

(** Theorem: the claim closed-form-single. *)
Theorem closed_form_single : Statements.closed_form_single.
Proof.
move=> F d r r_gt0; rewrite addn1 => lt_rd.
have def_E : (d%:R - r%:R) / (2%:R * d%:R) = (pair_constant F d r + 1)^-1.
  by rewrite pair_value // natrB ?natrM // ltnW.
apply: (optimal_with (pair_solved F r_gt0 lt_rd)) => //; first by rewrite /= r_gt0 lt_rd.
move=> s; rewrite inE => /eqP->; rewrite (gtn_eqF r_gt0) /pair_coefficients (gtn_eqF r_gt0).
have := bin_below F lt_rd; have : 'C(d.-1, r)%:R <> 0 :> F by apply/eqP/bin_neq0; rewrite -ltnS (ltn_predK lt_rd).
have : (d%:R : F) <> 0 by apply/eqP; rewrite pnatr_eq0 -lt0n (leq_trans _ lt_rd).
move: ('C(d.-1, r)%:R : F) ('C(d, r)%:R : F) (d%:R : F) (r%:R : F) => b c x y x_neq0 b_neq0 same.
move/eqP in x_neq0; move/eqP in b_neq0.
rewrite !mulrA -[2%:R / b * c * _]mulrA [c * _]mulrC -same mulrA divfK // mulfV //.
by rewrite mulf_neq0 // pnatr_eq0.
Qed.

(** Theorem: the claim closed-form-mean. *)
Theorem closed_form_mean : Statements.closed_form_mean.
Proof. by move=> F d d_gt1; apply: closed_form_single; rewrite ?addn1. Qed.

(** Theorem: the claim closed-form-bare-single. *)
Theorem closed_form_bare_single : Statements.closed_form_bare_single.
Proof.
move=> F d r r_gt0 le_rd; have lt_rd : (r < d)%N by rewrite -addn1.
have d_gt0 : (0 < d)%N := leq_trans (ltn0Sn _) lt_rd.
apply: (optimal_without _ _ (closed_form_single F r_gt0 le_rd)) => //; first by rewrite /= r_gt0 lt_rd.
  by apply: bare_error; rewrite ?invf_div // divr_gt0 ?mulr_gt0 ?ltr0n // subr_gt0 ltr_nat.
by move=> s; rewrite inE => /eqP->; rewrite (gtn_eqF r_gt0) mul1r.
Qed.

(** Theorem: the claim closed-form-bare-mean. *)
Theorem closed_form_bare_mean : Statements.closed_form_bare_mean.
Proof. by move=> F d d_gt1; apply: closed_form_bare_single; rewrite ?addn1. Qed.

(** Theorem: the claim closed-form-range-single. *)
Theorem closed_form_range_single : Statements.closed_form_range_single.
Proof.
move=> F d r r_gt0; rewrite addn1 => lt_rd; have range : (0 < r < d)%N by rewrite r_gt0.
have def_E : (d%:R - r%:R) / d%:R = (d%:R / (d - r)%:R)^-1 :> F by rewrite natrB ?invf_div // ltnW.
apply: (optimal_relative _ (range_single_extrapolation F range)) => //; first exact: leq_ltn_trans r_gt0 lt_rd.
  by rewrite /= range.
move=> s; rewrite inE => /eqP->; rewrite /listed /= eqxx /=; have := bin_below F lt_rd.
have : 'C(d.-1, r)%:R != 0 :> F by apply/bin_neq0; rewrite -ltnS (ltn_predK lt_rd).
have : (d%:R : F) != 0 by rewrite pnatr_eq0 -lt0n (leq_trans _ lt_rd).
move: ('C(d.-1, r)%:R : F) ('C(d, r)%:R : F) (d%:R : F) (r%:R : F) => b c x y x_neq0 b_neq0 same.
by rewrite mulrA -[_ * c * _]mulrA [c * _]mulrC -same mulKf // mulfV.
Qed.

(** ** The mean and the last orders, and the parabola *)

(** What a claim says, at the field [F]. *)
Ltac at_field F claim :=
  let whole_claim := eval red in claim in
  lazymatch whole_claim with
  | forall F' : realFieldType, @?says F' => let at_F := eval cbv beta in (says F) in exact at_F
  end.

Section AtField.

Variable F : realFieldType.
Add Field F_field : (field_laws F).

Lemma mean_and_last_at : ltac:(at_field F Statements.closed_form_mean_and_last).
Proof.
case=> [|[|[|n]]] // _; rewrite subn1; whole.
apply: (optimal_with (mean_last_extrapolation F n)) => //; first inner.
  by rewrite -addrA.
by move=> r; rewrite !inE => /orP[]/eqP->; coefficient F.
Qed.

Lemma bare_mean_and_last_at : ltac:(at_field F Statements.closed_form_bare_mean_and_last).
Proof.
move=> d d_gt2; apply: (optimal_without _ _ (mean_and_last_at d_gt2)) => //; first exact: ltnW (ltnW d_gt2).
- by case: d d_gt2 => [|[|[|n]]] // _; rewrite subn1; inner.
- rewrite (_ : 2%:R * d%:R + 1 = 2%:R * d%:R + 2%:R - 1); last by rewrite [2%:R in RHS]mulr2n addrA addrK.
  by apply: bare_error => //; rewrite -natrM -natrD ltr0n addnS.
by case: d d_gt2 => [|[|[|n]]] // _ r; rewrite !inE subn1 => /orP[]/eqP-> /=; whatever_the_inverses F.
Qed.

Lemma range_mean_and_last_at : ltac:(at_field F Statements.closed_form_range_mean_and_last).
Proof.
case=> [|[|[|n]]] // _; rewrite subn1.
have -> : 2%:R * n.+3%:R - 4%:R = 2%:R * n.+1%:R :> F by rewrite !mulrS ?mulr0n; normal_ring F.
have -> : 2%:R * n.+3%:R - 3%:R = 2%:R * n%:R + 3%:R :> F by rewrite !mulrS ?mulr0n; normal_ring F.
apply: (optimal_relative _ (range_mean_last_extrapolation F n)) => //; first inner.
by move=> r; rewrite !inE => /orP[]/eqP->; coefficient F.
Qed.

Lemma mean_and_second_last_at : ltac:(at_field F Statements.closed_form_mean_and_second_last).
Proof.
case=> [|[|[|[|n]]]] // _; whole.
apply: (optimal_with (mean_second_last_extrapolation F n)) => //; first inner.
  by rewrite [2%:R]mulr2n addrA.
by move=> r; rewrite !inE => /orP[]/eqP->; coefficient F.
Qed.

Lemma bare_mean_and_second_last_at : ltac:(at_field F Statements.closed_form_bare_mean_and_second_last).
Proof.
move=> d d_gt3; apply: (optimal_without _ _ (mean_and_second_last_at d_gt3)) => //.
- exact: ltnW (ltnW (ltnW d_gt3)).
- by case: d d_gt3 => [|[|[|[|n]]]] // _; rewrite !subSS subn0; inner.
- rewrite (_ : d%:R + 1 = d%:R + 2%:R - 1); last by rewrite [2%:R]mulr2n addrA addrK.
  by apply: bare_error => //; rewrite -natrD ltr0n addnS.
by case: d d_gt3 => [|[|[|[|n]]]] // _ r; rewrite !inE !subSS subn0 => /orP[]/eqP-> /=; whatever_the_inverses F.
Qed.

Lemma mean_and_last_two_at : ltac:(at_field F Statements.closed_form_mean_and_last_two).
Proof.
case=> [|[|[|[|n]]]] // _; whole.
apply: (optimal_with (mean_last_two_extrapolation F n)) => //; first inner.
  by congr (_^-1); rewrite expr2 !mulrS ?mulr0n; normal_ring F.
rewrite expr2; move=> r; rewrite !inE => /or3P[]/eqP->; coefficient F.
Qed.

Lemma bare_mean_and_last_two_at : ltac:(at_field F Statements.closed_form_bare_mean_and_last_two).
Proof.
move=> d d_gt3; apply: (optimal_without _ _ (mean_and_last_two_at d_gt3)) => //.
- exact: ltnW (ltnW (ltnW d_gt3)).
- by case: d d_gt3 => [|[|[|[|n]]]] // _; rewrite !subSS subn0; inner.
- by apply: bare_error => //; rewrite exprn_gt0 // ltr0n (leq_trans _ d_gt3).
case: d d_gt3 => [|[|[|[|n]]]] // _ r; rewrite !inE !subSS subn0 => /or3P[]/eqP-> /=;
  rewrite ?eqxx ?(gtn_eqF (ltnSn _)) //; whatever_the_inverses F.
Qed.

Lemma mean_last_third_last_at : ltac:(at_field F Statements.closed_form_mean_last_third_last).
Proof.
case=> [|[|[|[|[|n]]]]] // _; whole.
apply: (optimal_with (mean_last_third_extrapolation F n)) => //.
- inner.
- by rewrite mean_last_third_value invf_div; congr (_ / _); rewrite !natrM natrD.
by move=> r; rewrite !inE => /or3P[]/eqP->; coefficient F.
Qed.

Lemma bare_mean_last_third_last_at : ltac:(at_field F Statements.closed_form_bare_mean_last_third_last).
Proof.
move=> d d_gt4; apply: (optimal_without _ _ (mean_last_third_last_at d_gt4)) => //.
- exact: leq_trans d_gt4.
- by case: d d_gt4 => [|[|[|[|[|n]]]]] // _; rewrite !subSS subn0; inner.
- apply: bare_error; rewrite ?invf_div // divr_gt0 ?ltr0n // !mulr_gt0 ?ltr0n ?(leq_trans _ d_gt4) //.
  by rewrite ltr_paddr ?ler01 // ltr0n (leq_trans _ d_gt4).
case: d d_gt4 => [|[|[|[|[|n]]]]] // _ r; rewrite !inE !subSS subn0 => /or3P[]/eqP-> /=;
  rewrite ?eqxx ?(gtn_eqF (ltnW (ltnSn _))) //; try by whatever_the_inverses F.
have -> : 2%:R - 3%:R / (n.+1.+4%:R * (n.+1.+4%:R + 1))
    = 2%:R * (1 - 3%:R / (2%:R * n.+1.+4%:R * (n.+1.+4%:R + 1))) :> F.
  by field_of_sums F.
by whatever_the_inverses F.
Qed.

Lemma quadratic_at : ltac:(at_field F Statements.closed_form_quadratic).
Proof.
move=> d d_gt2; have [] := halves d_gt2; rewrite !divn2 subn1.
case: (d.-1./2) => // a; move: (d./2) => b _ le_ab le_ba def_d.
have sol := parabola_extrapolation F (ltn0Sn a) le_ab le_ba.
move: d_gt2; rewrite -def_d natural_less_one => d_gt2.
apply: (optimal_with sol) => //.
- by rewrite /= (leq_trans _ d_gt2).
- have : b = (a.+1 + (b - a.+1))%N by rewrite subnKC.
  by case: (b - a.+1)%N => [|m] ->; field_of_sums F.
have [->|->] : b = a.+1 \/ b = a.+2.
  by move: le_ba; rewrite leq_eqVlt => /predU1P[-> | lt_b]; [right | left; apply/eqP; rewrite eqn_leq le_ab -ltnS lt_b].
- by move=> r; rewrite !inE => /orP[]/eqP->; coefficient F.
by move=> r; rewrite !inE => /orP[]/eqP->; coefficient F.
Qed.

Lemma bare_quadratic_at : ltac:(at_field F Statements.closed_form_bare_quadratic).
Proof.
move=> d d_gt2; apply: (optimal_without _ _ (quadratic_at d_gt2)) => //.
- exact: ltnW (ltnW d_gt2).
- by rewrite /= (ltnW d_gt2) d_gt2.
- have [a_gt0 le_ab _ _] := halves d_gt2; have b_gt0 := leq_trans a_gt0 le_ab.
  apply: bare_error; rewrite ?invf_div // !divn2 subn1 divr_gt0 // -?natrM -?natrD ltr0n ?muln_gt0 ?a_gt0 ?b_gt0 //.
  by rewrite addn_gt0 muln_gt0 (ltnW (ltnW d_gt2)).
by move=> r; rewrite !inE => /orP[]/eqP-> /=; whatever_the_inverses F.
Qed.

End AtField.

(** Theorem: the claim closed-form-mean-and-last. *)
Theorem closed_form_mean_and_last : Statements.closed_form_mean_and_last.
Proof. exact: mean_and_last_at. Qed.

(** Theorem: the claim closed-form-bare-mean-and-last. *)
Theorem closed_form_bare_mean_and_last : Statements.closed_form_bare_mean_and_last.
Proof. exact: bare_mean_and_last_at. Qed.

(** Theorem: the claim closed-form-range-mean-and-last. *)
Theorem closed_form_range_mean_and_last : Statements.closed_form_range_mean_and_last.
Proof. exact: range_mean_and_last_at. Qed.

(** Theorem: the claim closed-form-mean-and-second-last. *)
Theorem closed_form_mean_and_second_last : Statements.closed_form_mean_and_second_last.
Proof. exact: mean_and_second_last_at. Qed.

(** Theorem: the claim closed-form-bare-mean-and-second-last. *)
Theorem closed_form_bare_mean_and_second_last : Statements.closed_form_bare_mean_and_second_last.
Proof. exact: bare_mean_and_second_last_at. Qed.

(** Theorem: the claim closed-form-mean-and-last-two. *)
Theorem closed_form_mean_and_last_two : Statements.closed_form_mean_and_last_two.
Proof. exact: mean_and_last_two_at. Qed.

(** Theorem: the claim closed-form-bare-mean-and-last-two. *)
Theorem closed_form_bare_mean_and_last_two : Statements.closed_form_bare_mean_and_last_two.
Proof. exact: bare_mean_and_last_two_at. Qed.

(** Theorem: the claim closed-form-mean-last-third-last. *)
Theorem closed_form_mean_last_third_last : Statements.closed_form_mean_last_third_last.
Proof. exact: mean_last_third_last_at. Qed.

(** Theorem: the claim closed-form-bare-mean-last-third-last. *)
Theorem closed_form_bare_mean_last_third_last : Statements.closed_form_bare_mean_last_third_last.
Proof. exact: bare_mean_last_third_last_at. Qed.

(** Theorem: the claim closed-form-quadratic. *)
Theorem closed_form_quadratic : Statements.closed_form_quadratic.
Proof. exact: quadratic_at. Qed.

(** Theorem: the claim closed-form-bare-quadratic. *)
Theorem closed_form_bare_quadratic : Statements.closed_form_bare_quadratic.
Proof. exact: bare_quadratic_at. Qed.
