(** * Closed forms of one to four orders

    For each set of orders, by [FewPlaces.v]: a function of the span that is 1 or -1 at a few places and [L] at [d], and
    the formula that extrapolates the span from these places to [d].  Up to its last orders the function is linear in
    [z], as [C(z,r) = 0] for [z < r]; with the orders 0, 1, 2 it is a parabola. *)

From Coq Require Import Lia.
From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Binomials Classes Duality Extremal Reduction FewPlaces Intercept.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Sums of products of numbers that are not negative, with a positive one. *)
Ltac not_negative :=
  lazymatch goal with
  | |- is_true (0 <= _ + _) => apply: addr_ge0; not_negative
  | |- is_true (0 <= _ * _) => apply: mulr_ge0; not_negative
  | |- is_true (0 <= _ ^-1) => rewrite invr_ge0; not_negative
  | |- _ => first [exact: ler0n | exact: ler01]
  end.

Ltac positive :=
  lazymatch goal with
  | |- is_true (0 < _ + _) =>
      first [apply: ltr_paddr; [not_negative | positive] | apply: ltr_paddl; [not_negative | positive]]
  | |- is_true (0 < _ * _) => apply: mulr_gt0; positive
  | |- is_true (0 < _ ^-1) => rewrite invr_gt0; positive
  | |- _ => first [exact: ltr01 | by rewrite ltr0n | assumption]
  end.

Lemma positive_neq0 (F : realFieldType) (x : F) : 0 < x -> x <> 0.
Proof. by move=> x_gt0; apply/eqP/lt0r_neq0. Qed.

(** Constants other than 0, as [field] computes them: sums and products of 1, with all definitions unfolded. *)
Ltac constant_positive F :=
  first [refine (@ltr01 F) | refine (@mulr_gt0 F _ _ _ _); constant_positive F
        | refine (@addr_gt0 F _ _ _ _); constant_positive F].

(** An equation in a field between terms in numbers [n%:R], whose denominators are sums of products of them. *)
Ltac field_of_naturals F :=
  rewrite ?(natrM, natrD, mulrS) ?mulr0n; spell_goal F; field;
  repeat match goal with |- _ /\ _ => split end;
  refine (@positive_neq0 F _ _);
  first [rewrite /f_add /f_mul /f_one /f_nat /f_zero /f_atom /f_exp; positive | constant_positive F].

Section FewOrders.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Implicit Types (d n r z : nat).

(** From 1 at 0 down to -1 at [p]. *)
Lemma linear_within (p z : nat) : (0 < p)%N -> (z <= p)%N -> `|1 - 2%:R * z%:R / p%:R| <= 1 :> F.
Proof.
move=> p_gt0 le_zp; have pos : 0 < p%:R :> F by rewrite ltr0n.
rewrite distrC ler_distl subrr !mulr_ge0 ?invr_ge0 ?ler0n //= ler_pdivr_mulr // -[1 + 1]/(2%:R).
by rewrite ler_pmul2l ?ltr0n // ler_nat.
Qed.

(** Up to 1 at [p]. *)
Lemma share_within (p z : nat) : (0 < p)%N -> (z <= p)%N -> `|z%:R / p%:R| <= 1 :> F.
Proof.
move=> p_gt0 le_zp; have pos : 0 < p%:R :> F by rewrite ltr0n.
by rewrite ger0_norm ?divr_ge0 ?ler0n // ler_pdivr_mulr // mul1r ler_nat.
Qed.

Lemma bin2_field z : 'C(z, 2)%:R = z%:R * (z%:R - 1) / 2%:R :> F.
Proof.
have := bin_step F z 1; rewrite bin1 mulrC => step; apply: canRL (mulfK _) _; first by rewrite pnatr_eq0.
by rewrite step mulrC.
Qed.

Lemma bin3_field z : 'C(z, 3)%:R = z%:R * (z%:R - 1) * (z%:R - 2%:R) / (2%:R * 3%:R) :> F.
Proof.
have := bin_step F z 2; rewrite bin2_field => step; apply: (@mulfI _ 3%:R); first by rewrite pnatr_eq0.
by rewrite step; field_of_naturals F.
Qed.

Lemma bin_two_below m : 'C(m.+2, m) = 'C(m.+2, 2).
Proof. by rewrite -(@bin_sub m.+2 2) // !subSS subn0. Qed.

Lemma bin_three_below m : 'C(m.+3, m) = 'C(m.+3, 3).
Proof. by rewrite -(@bin_sub m.+3 3) // !subSS subn0. Qed.

Section Places.

Variable n : nat.

(** d = n + 3: from 1 at 0 down to -1 at d-2, then up to 1. *)
Lemma mean_last_extrapolation :
  @solved_by F n.+3 [:: 0%N; 1%N; n.+2] [:: 1; - (2%:R / n.+1%:R); 2%:R * n.+2%:R / n.+1%:R]
    [:: (0%N, 1); (n.+1, - n.+3%:R); (n.+2, n.+3%:R)]
    (2%:R * n.+3%:R + 1).
Proof.
apply: few_places => //.
- by positive.
- by rewrite /combination /= !big_cons big_nil /= bin0 bin1 binSn; field_of_naturals F.
- move=> z; rewrite !ltnS /combination /= !big_cons big_nil /= bin0 bin1 leq_eqVlt => /predU1P[-> | lt_z].
    by rewrite binn [X in `|X|](_ : _ = 1) ?normr1 //; field_of_naturals F.
  rewrite (bin_small lt_z) mulr0 !addr0 [X in `|X|](_ : _ = 1 - 2%:R * z%:R / n.+1%:R) ?linear_within //.
  by field_of_naturals F.
- by rewrite /= !ltnS leqnn leqnSn.
- move=> r; rewrite !inE !big_cons big_nil /= => /or3P[] /eqP ->.
  + by rewrite !bin0; field_of_naturals F.
  + by rewrite !bin1; field_of_naturals F.
  by rewrite (@bin_small 0) // (@bin_small n.+1) // binn binSn; field_of_naturals F.
by rewrite !big_cons big_nil /= normrN normr1 !normr_nat; field_of_naturals F.
Qed.

(** d = n + 3: in proportion to z down to -1 at d-2, then up to 1. *)
Lemma range_mean_last_extrapolation :
  @solved_by F n.+3 [:: 1%N; n.+2] [:: - (1 / n.+1%:R); (2%:R * n%:R + 3%:R) / n.+1%:R]
    [:: (n.+1, - n.+3%:R); (n.+2, n.+3%:R)]
    (2%:R * n.+3%:R).
Proof.
apply: few_places => //.
- by positive.
- by rewrite /combination /= !big_cons big_nil /= bin1 binSn; field_of_naturals F.
- move=> z; rewrite !ltnS /combination /= !big_cons big_nil /= bin1 leq_eqVlt => /predU1P[-> | lt_z].
    by rewrite binn [X in `|X|](_ : _ = 1) ?normr1 //; field_of_naturals F.
  rewrite (bin_small lt_z) mulr0 !addr0 -normrN [X in `|X|](_ : _ = z%:R / n.+1%:R) ?share_within //.
  by field_of_naturals F.
- by rewrite /= !ltnS leqnn leqnSn.
- move=> r; rewrite !inE !big_cons big_nil /= => /orP[] /eqP ->.
  + by rewrite !bin1; field_of_naturals F.
  by rewrite (@bin_small n.+1) // binn binSn; field_of_naturals F.
by rewrite !big_cons big_nil /= normrN !normr_nat; field_of_naturals F.
Qed.

(** d = n + 4: from 1 at 0 down to -1 at d-3 and d-2, then up to 1. *)
Lemma mean_second_last_extrapolation :
  @solved_by F n.+4 [:: 0%N; 1%N; n.+2] [:: 1; - (2%:R / n.+1%:R); 2%:R / n.+1%:R]
    [:: (0%N, 1); (n.+1, - (n.+4%:R / 2%:R)); (n.+3, n.+4%:R / 2%:R)]
    (n.+4%:R + 1).
Proof.
apply: few_places => //.
- by positive.
- by rewrite /combination /= !big_cons big_nil /= bin0 bin1 bin_two_below bin2_field; field_of_naturals F.
- move=> z; rewrite !ltnS /combination /= !big_cons big_nil /= bin0 bin1 leq_eqVlt => /predU1P[-> | ].
    by rewrite binSn [X in `|X|](_ : _ = 1) ?normr1 //; field_of_naturals F.
  rewrite ltnS leq_eqVlt => /predU1P[-> | lt_z].
    by rewrite binn [X in `|X|](_ : _ = - 1) ?normrN1 //; field_of_naturals F.
  rewrite (bin_small lt_z) mulr0 !addr0 [X in `|X|](_ : _ = 1 - 2%:R * z%:R / n.+1%:R) ?linear_within //.
  by field_of_naturals F.
- by rewrite /= !ltnS !leqnn -addn2 leq_addr.
- move=> r; rewrite !inE !big_cons big_nil /= => /or3P[] /eqP ->.
  + by rewrite !bin0; field_of_naturals F.
  + by rewrite !bin1; field_of_naturals F.
  rewrite (@bin_small 0) // (@bin_small n.+1) // binSn bin_two_below bin2_field; field_of_naturals F.
rewrite !big_cons big_nil /= normrN normr1 normrM normfV !normr_nat; field_of_naturals F.
Qed.

(** d = n + 4: from -1 at 0 up to 1 at d-3, then -1 and 1. *)
Lemma mean_last_two_extrapolation :
  @solved_by F n.+4 [:: 0%N; 1%N; n.+2; n.+3] [:: - 1; 2%:R / n.+1%:R; - (2%:R * n.+2%:R / n.+1%:R); 2%:R * n.+4%:R]
    [:: (0%N, - (n.+2%:R / 2%:R)); (n.+1, n.+4%:R * n.+2%:R / 2%:R); (n.+2, - (n.+4%:R * n.+3%:R / 2%:R));
        (n.+3, n.+4%:R)]
    (n.+3%:R * n.+4.+1%:R).
Proof.
apply: few_places => //.
- by positive.
- by rewrite /= !inE /= !eqSS ltn_eqF.
- by rewrite /combination /= !big_cons big_nil /= bin0 bin1 bin_two_below bin2_field binSn; field_of_naturals F.
- move=> z; rewrite !ltnS /combination /= !big_cons big_nil /= bin0 bin1 leq_eqVlt => /predU1P[-> | ].
    by rewrite binSn binn [X in `|X|](_ : _ = 1) ?normr1 //; field_of_naturals F.
  rewrite ltnS leq_eqVlt => /predU1P[-> | lt_z].
    by rewrite binn bin_small // [X in `|X|](_ : _ = - 1) ?normrN1 //; field_of_naturals F.
  rewrite (bin_small lt_z) bin_small ?(ltn_trans lt_z) // !mulr0 !addr0 -normrN.
  rewrite [X in `|X|](_ : _ = 1 - 2%:R * z%:R / n.+1%:R) ?linear_within //.
  by field_of_naturals F.
- by rewrite /= !ltnS !leqnn leqnSn -addn2 leq_addr.
- move=> r; rewrite !inE !big_cons big_nil /= => /or4P[] /eqP ->.
  + by rewrite !bin0; field_of_naturals F.
  + by rewrite !bin1; field_of_naturals F.
  + rewrite (@bin_small 0) // (@bin_small n.+1) // binn binSn bin_two_below bin2_field; field_of_naturals F.
  rewrite (@bin_small 0) // (@bin_small n.+1) // (@bin_small n.+2) // binn binSn; field_of_naturals F.
by rewrite !big_cons big_nil /= !normrN !normrM !normfV !normr_nat; field_of_naturals F.
Qed.

(** d = n + 5: from -1 at 0 up to 1 at d-4 and d-3, then -1 and 1. *)
Lemma mean_last_third_extrapolation :
  @solved_by F n.+4.+1 [:: 0%N; 1%N; n.+2; n.+4] [:: - 1; 2%:R / n.+1%:R; - (2%:R / n.+1%:R); n%:R + 6%:R]
    [:: (0%N, - ((2%:R * n%:R + 7%:R) / 3%:R)); (n.+1, n.+4.+1%:R * n.+3%:R / 3%:R);
        (n.+3, - (n.+4.+1%:R * n.+4%:R / 3%:R)); (n.+4, n.+4.+1%:R)]
    ((2%:R * (n%:R * n%:R) + 22%:R * n%:R + 57%:R) / 3%:R).
Proof.
apply: few_places => //.
- by positive.
- by rewrite /= !inE /= !eqSS ltn_eqF // -addn2 leq_addr.
- rewrite /combination /= !big_cons big_nil /= bin0 bin1 bin_three_below bin3_field binSn; field_of_naturals F.
- move=> z; rewrite !ltnS /combination /= !big_cons big_nil /= bin0 bin1 leq_eqVlt => /predU1P[-> | ].
    by rewrite bin_two_below bin2_field binn [X in `|X|](_ : _ = 1) ?normr1 //; field_of_naturals F.
  rewrite ltnS leq_eqVlt => /predU1P[-> | ].
    by rewrite binSn bin_small // [X in `|X|](_ : _ = - 1) ?normrN1 //; field_of_naturals F.
  rewrite ltnS leq_eqVlt => /predU1P[-> | lt_z].
    by rewrite binn bin_small // [X in `|X|](_ : _ = 1) ?normr1 //; field_of_naturals F.
  rewrite (bin_small lt_z) bin_small ?(ltn_trans lt_z) // !mulr0 !addr0 -normrN.
  rewrite [X in `|X|](_ : _ = 1 - 2%:R * z%:R / n.+1%:R) ?linear_within //.
  by field_of_naturals F.
- by rewrite /= !ltnS !leqnn leqnSn -addn3 leq_addr.
- move=> r; rewrite !inE !big_cons big_nil /= => /or4P[] /eqP ->.
  + by rewrite !bin0; field_of_naturals F.
  + by rewrite !bin1; field_of_naturals F.
  + rewrite (@bin_small 0) // (@bin_small n.+1) // binSn bin_two_below bin2_field bin_three_below bin3_field.
    by field_of_naturals F.
  rewrite (@bin_small 0) // (@bin_small n.+1) ?ltnS ?leqW // (@bin_small n.+3) // binn binSn; field_of_naturals F.
rewrite !big_cons big_nil /= !normrN !normrM !normfV -!natrM -!natrD !normr_nat; field_of_naturals F.
Qed.

End Places.

(** ** One parabola: 1 at 0 and d-1, -1 at the middle *)

Lemma middle_product a b z : (a <= b)%N -> (b <= a.+1)%N -> (z <= a + b)%N -> (z * (a + b - z) <= a * b)%N.
Proof.
move=> le_ab le_ba le_z; case: (leqP z a) => [le_za | lt_az].
  have [[u def_a] [v def_b]] : (exists u, a = u + z)%N /\ (exists v, b = v + z)%N.
    by split; [exists (a - z)%N; rewrite subnK | exists (b - z)%N; rewrite subnK // (leq_trans le_za)].
  have -> : (a + b - z = u + v + z)%N by nat_lia.
  rewrite def_a def_b; apply/ssrnat.leP; cbv beta iota delta [addn addn_rec muln muln_rec]; nia.
have [[u def_z] [v def_a]] : (exists u, z = b + u)%N /\ (exists v, a = v + (z - b))%N.
  by split; [exists (z - b)%N | exists (a - (z - b))%N]; nat_lia.
have -> : (a + b - z = v)%N by nat_lia.
have {}def_a : (a = v + u)%N by nat_lia.
rewrite def_z def_a; have : (v + u <= b)%N by rewrite -def_a.
move/ssrnat.leP => le_b; apply/ssrnat.leP; move: le_b; cbv beta iota delta [addn addn_rec muln muln_rec]; nia.
Qed.

Lemma parabola_extrapolation a b :
  (0 < a)%N -> (a <= b)%N -> (b <= a.+1)%N ->
  @solved_by F (a + b).+1 [:: 0%N; 1%N; 2%N] [:: 1; (2%:R - 2%:R * (a + b)%:R) / (a * b)%:R; 4%:R / (a * b)%:R]
    [:: (0%N, b.+1%:R / (a%:R * (a + b)%:R)); (a, - ((a + b).+1%:R / (a * b)%:R));
        ((a + b)%N, (a + b).+1%:R * b.+1%:R / ((a + b)%:R * b%:R))]
    (1 + 2%:R * (a + b).+1%:R / (a * b)%:R).
Proof.
move=> a_gt0 le_ab le_ba; have b_gt0 : (0 < b)%N := leq_trans a_gt0 le_ab.
have A_gt0 : 0 < a%:R :> F by rewrite ltr0n.
have B_gt0 : 0 < b%:R :> F by rewrite ltr0n.
apply: few_places => //.
- by rewrite natrM; positive.
- rewrite /combination /= !big_cons big_nil /= bin0 bin1 bin2_field; field_of_naturals F.
- move=> z; rewrite ltnS => le_z; rewrite /combination /= !big_cons big_nil /= bin0 bin1 bin2_field.
  rewrite [X in `|X|](_ : _ = 1 - 2%:R * (z * (a + b - z))%:R / (a * b)%:R).
    by rewrite linear_within ?muln_gt0 ?a_gt0 ?middle_product.
  rewrite !natrM natrB //; field_of_naturals F.
- by rewrite /= !ltnS leq_addr leqnn.
- move=> r; rewrite !inE !big_cons big_nil /= => /or3P[] /eqP ->.
  + rewrite !bin0; field_of_naturals F.
  + rewrite !bin1; field_of_naturals F.
  rewrite !bin2_field; field_of_naturals F.
rewrite !big_cons big_nil /= normrN !normrM !normfV ?normrM !normr_nat; field_of_naturals F.
Qed.

Lemma mean_last_third_value n :
  (2%:R * (n%:R * n%:R) + 22%:R * n%:R + 57%:R) / 3%:R + 1 = (2 * n.+4.+1 * (n.+4.+1 + 1))%:R / 3%:R :> F.
Proof. by field_of_naturals F. Qed.

Lemma parabola_value d t :
  (0 < t)%N -> 1 + 2%:R * d%:R / t%:R + 1 = (2 * (t + d))%:R / t%:R :> F.
Proof. by move=> t_gt0; have pos : 0 < t%:R :> F by [rewrite ltr0n]; field_of_naturals F. Qed.

(** floor((d-1)/2) and floor(d/2) are a and b. *)
Lemma halves d :
  (2 < d)%N -> [/\ 0 < d.-1./2, d.-1./2 <= d./2, d./2 <= d.-1./2.+1 & (d.-1./2 + d./2).+1 = d]%N.
Proof.
case: d => // d d_gt2 /=; have := odd_double_half d; rewrite uphalf_half -addnn.
by case: (odd d) => /= sum; split; nat_lia.
Qed.

(** In proportion to C(z,r), up to 1 at d-1. *)
Lemma range_single_extrapolation d r :
  (0 < r < d)%N ->
  @solved_by F d [:: r] [:: ('C(d.-1, r)%:R)^-1]
    [:: (d.-1, d%:R / (d - r)%:R)]
    (d%:R / (d - r)%:R).
Proof.
case/andP=> r_gt0 lt_rd; have d_gt0 : (0 < d)%N := ltn_trans r_gt0 lt_rd.
have gap_gt0 : 0 < (d - r)%:R :> F by rewrite ltr0n subn_gt0.
have below_gt0 : 0 < 'C(d.-1, r)%:R :> F by rewrite ltr0n bin_gt0 -ltnS prednK.
have step : 'C(d, r)%:R = d%:R / (d - r)%:R * 'C(d.-1, r)%:R :> F.
  apply: (mulfI (lt0r_neq0 gap_gt0)); rewrite mulrA [_ * (_ / _)]mulrC divfK ?lt0r_neq0 //.
  by rewrite -!natrM -mul_bin_down.
apply: few_places => //.
- by rewrite divr_gt0 // ltr0n.
- by rewrite /combination /= big_cons big_nil addr0 /= step mulrC mulfK // lt0r_neq0.
- move=> z lt_zd; rewrite /combination /= big_cons big_nil addr0 /= mulrC share_within //; last first.
    by apply: leq_bin2l; rewrite -ltnS prednK.
  by rewrite -(ltr0n F).
- by rewrite /= prednK ?leqnn.
- by move=> s; rewrite inE big_cons big_nil addr0 /= => /eqP->.
by rewrite big_cons big_nil addr0 /= ger0_norm // divr_ge0 ?ler0n.
Qed.

End FewOrders.

(** Theorem: the intercept, the mean and the order d-1 achieve the error E on the cube if and only if E >= 1/(2d+2),
    d >= 3. *)
Theorem mean_and_last (F : realFieldType) (d : nat) (E : F) :
  (2 < d)%N -> achievable_on_cube d [:: 0%N; 1%N; d.-1] E <-> (2 * d + 2)%:R^-1 <= E.
Proof.
case: d => [|[|[|n]]] // _; have := least_on_cube _ _ _ (solved_least (mean_last_extrapolation F n)) E.
rewrite (_ : 2%:R * n.+3%:R + 1 + 1 = (2 * n.+3 + 2)%:R); last by rewrite natrD natrM -addrA.
by apply; rewrite //= ?ltnS ?leqnn //; positive.
Qed.

(** Theorem: the mean and the order d-1 achieve the error E on the cube if and only if E >= 1/(2d+1), d >= 3. *)
Theorem mean_and_last_without_intercept (F : realFieldType) (d : nat) (E : F) :
  (2 < d)%N -> achievable_on_cube d [:: 1%N; d.-1] E <-> (2 * d + 1)%:R^-1 <= E.
Proof.
case: d => [|[|[|n]]] // _; have := least_without _ _ (solved_least (mean_last_extrapolation F n)) E.
by rewrite natrD natrM; apply; rewrite //= ?ltnS ?leqnn.
Qed.

(** Theorem: relative to the range, the mean and the order d-1 achieve the error E if and only if E >= 1/(2d), d >= 3. *)
Theorem range_mean_and_last (F : realFieldType) (d : nat) (E : F) :
  (2 < d)%N -> achievable_relative d [:: 1%N; d.-1] E <-> (2 * d)%:R^-1 <= E.
Proof.
case: d => [|[|[|n]]] // _; have := least_relative _ _ (solved_least (range_mean_last_extrapolation F n)) E.
by rewrite natrM; apply; rewrite //= ?ltnS ?leqnn.
Qed.

(** Theorem: the intercept, the mean and the order d-2 achieve the error E on the cube if and only if E >= 1/(d+2),
    d >= 4. *)
Theorem mean_and_second_last (F : realFieldType) (d : nat) (E : F) :
  (3 < d)%N -> achievable_on_cube d [:: 0%N; 1%N; (d - 2)%N] E <-> (d + 2)%:R^-1 <= E.
Proof.
case: d => [|[|[|[|n]]]] // _; rewrite !subSS subn0.
have := least_on_cube _ _ _ (solved_least (mean_second_last_extrapolation F n)) E.
rewrite (_ : n.+4%:R + 1 + 1 = (n.+4 + 2)%:R); last by rewrite natrD -addrA.
by apply; rewrite //= ?ltnS ?leqnn ?leqnSn //; positive.
Qed.

(** Theorem: the mean and the order d-2 achieve the error E on the cube if and only if E >= 1/(d+1), d >= 4. *)
Theorem mean_and_second_last_without_intercept (F : realFieldType) (d : nat) (E : F) :
  (3 < d)%N -> achievable_on_cube d [:: 1%N; (d - 2)%N] E <-> (d + 1)%:R^-1 <= E.
Proof.
case: d => [|[|[|[|n]]]] // _; rewrite !subSS subn0.
have := least_without _ _ (solved_least (mean_second_last_extrapolation F n)) E.
by rewrite natrD; apply; rewrite //= ?ltnS ?leqnn ?leqnSn.
Qed.

(** Theorem: the intercept, the mean and the orders d-2 and d-1 achieve the error E on the cube if and only if
    E >= 1/d^2, d >= 4. *)
Theorem mean_and_last_two (F : realFieldType) (d : nat) (E : F) :
  (3 < d)%N -> achievable_on_cube d [:: 0%N; 1%N; (d - 2)%N; d.-1] E <-> (d ^ 2)%:R^-1 <= E.
Proof.
case: d => [|[|[|[|n]]]] // _; rewrite !subSS subn0.
have := least_on_cube _ _ _ (solved_least (mean_last_two_extrapolation F n)) E.
rewrite (_ : n.+3%:R * n.+4.+1%:R + 1 = (n.+4 ^ 2)%:R); last first.
  by rewrite -natrM -(natrD F _ 1); congr (_%:R); rewrite -mulnn; nat_lia.
by apply; rewrite //= ?ltnS ?leqnn ?leqnSn //; positive.
Qed.

(** Theorem: the mean and the orders d-2 and d-1 achieve the error E on the cube if and only if E >= 1/(d^2 - 1),
    d >= 4. *)
Theorem mean_and_last_two_without_intercept (F : realFieldType) (d : nat) (E : F) :
  (3 < d)%N -> achievable_on_cube d [:: 1%N; (d - 2)%N; d.-1] E <-> ((d ^ 2)%:R - 1)^-1 <= E.
Proof.
case: d => [|[|[|[|n]]]] // _; rewrite !subSS subn0.
have := least_without _ _ (solved_least (mean_last_two_extrapolation F n)) E.
rewrite (_ : n.+3%:R * n.+4.+1%:R = (n.+4 ^ 2)%:R - 1); last first.
  by rewrite (_ : n.+4 ^ 2 = n.+3 * n.+4.+1 + 1)%N ?natrD ?natrM ?addrK // -mulnn; nat_lia.
by apply; rewrite //= ?ltnS ?leqnn ?leqnSn.
Qed.

(** Theorem: the intercept, the mean and the orders d-3 and d-1 achieve the error E on the cube if and only if
    E >= 3/(2d(d+1)), d >= 5. *)
Theorem mean_last_third_last (F : realFieldType) (d : nat) (E : F) :
  (4 < d)%N -> achievable_on_cube d [:: 0%N; 1%N; (d - 3)%N; d.-1] E <-> 3%:R / (2 * d * (d + 1))%:R <= E.
Proof.
case: d => [|[|[|[|[|n]]]]] // _; rewrite !subSS subn0.
have := least_on_cube _ _ _ (solved_least (mean_last_third_extrapolation F n)) E; rewrite mean_last_third_value invf_div.
by apply; rewrite //= ?ltnS ?leqnn ?leqnSn ?leqW //; positive.
Qed.

(** Theorem: the mean and the orders d-3 and d-1 achieve the error E on the cube if and only if
    E >= 1/(2d(d+1)/3 - 1), d >= 5. *)
Theorem mean_last_third_last_without_intercept (F : realFieldType) (d : nat) (E : F) :
  (4 < d)%N -> achievable_on_cube d [:: 1%N; (d - 3)%N; d.-1] E <-> ((2 * d * (d + 1))%:R / 3%:R - 1)^-1 <= E.
Proof.
case: d => [|[|[|[|[|n]]]]] // _; rewrite !subSS subn0 -mean_last_third_value addrK.
have := least_without _ _ (solved_least (mean_last_third_extrapolation F n)) E.
by apply; rewrite //= ?ltnS ?leqnn ?leqnSn ?leqW.
Qed.

(** Theorem: the orders 0, 1 and 2 achieve the error E on the cube if and only if E >= t/(2(t + d)) with
    t = floor((d-1)/2) floor(d/2), d >= 3. *)
Theorem quadratic (F : realFieldType) (d : nat) (E : F) :
  (2 < d)%N -> let t := (d.-1./2 * d./2)%N in
  achievable_on_cube d [:: 0%N; 1%N; 2%N] E <-> t%:R / (2 * (t + d))%:R <= E.
Proof.
move=> d_gt2 t; have [a_gt0 le_ab le_ba def_d] := halves d_gt2.
have t_gt0 : (0 < t)%N by rewrite muln_gt0 a_gt0 (leq_trans a_gt0).
have := least_on_cube _ _ _ (solved_least (parabola_extrapolation F a_gt0 le_ab le_ba)) E; rewrite def_d -/t.
rewrite parabola_value // invf_div; apply; first exact: ltn_trans d_gt2.
  by apply: ltr_paddr; rewrite ?ltr01 // divr_ge0 ?mulr_ge0 ?ler0n.
by rewrite /= d_gt2 (ltn_trans _ d_gt2).
Qed.

(** Theorem: the orders 1 and 2 achieve the error E on the cube if and only if E >= 1/(2(t + d)/t - 1) with
    t = floor((d-1)/2) floor(d/2), d >= 3. *)
Theorem quadratic_without_intercept (F : realFieldType) (d : nat) (E : F) :
  (2 < d)%N -> let t := (d.-1./2 * d./2)%N in
  achievable_on_cube d [:: 1%N; 2%N] E <-> ((2 * (t + d))%:R / t%:R - 1)^-1 <= E.
Proof.
move=> d_gt2 t; have [a_gt0 le_ab le_ba def_d] := halves d_gt2.
have t_gt0 : (0 < t)%N by rewrite muln_gt0 a_gt0 (leq_trans a_gt0).
have := least_without _ _ (solved_least (parabola_extrapolation F a_gt0 le_ab le_ba)) E; rewrite def_d -/t.
by rewrite -parabola_value // addrK; apply; rewrite /= ?d_gt2 (ltn_trans _ d_gt2).
Qed.

(** Theorem: relative to the range, the order r alone achieves the error E if and only if E >= (d-r)/d, 1 <= r <= d-1. *)
Theorem range_single (F : realFieldType) (d r : nat) (E : F) :
  (0 < r < d)%N -> achievable_relative d [:: r] E <-> (d - r)%:R / d%:R <= E.
Proof.
move=> range; have /andP[r_gt0 lt_rd] := range.
have := least_relative _ _ (solved_least (range_single_extrapolation F range)) E.
by rewrite invf_div; apply; rewrite /= ?range // (leq_trans _ lt_rd).
Qed.

(** Theorem: the mean alone achieves the error E on the cube if and only if E >= 1/(2d/(d-1) - 1), d >= 2. *)
Theorem mean_without_intercept (F : realFieldType) (d : nat) (E : F) :
  (1 < d)%N -> achievable_on_cube d [:: 1%N] E <-> ((2 * d)%:R / d.-1%:R - 1)^-1 <= E.
Proof. by move=> d_gt1; rewrite single_without_intercept // subn1. Qed.
