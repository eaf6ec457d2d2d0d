(** * All orders below d-1: the least error is 1/C(d, floor(d/2))

    Claim: the orders 0..d-2 achieve the error [E] on the cube iff [E >= 1/C(d,m)], [m = floor(d/2)]; without 0 iff
    [E >= 1/(C(d,m) - 1)].

    Proof.  The weights [(-1)^(d+z) C(d,z) (z-m)/(d-m)] are orthogonal to the orders up to d-2, as [z C(z,r)] is a
    combination of [C(z,r)] and [C(z,r+1)].  Reflection joins [|z-m|] and [|d-z-m|] to [|d-2z|], and
    [(d-2z) C(d,z)] telescopes; so the absolute values add up to [C(d,m)].  Let [s] be the sign of [z-m], but at [z = m]
    1 for even and 0 for odd [d].  The function that is [-(-1)^(d+z) s_z] on 0..d-1 has the value [C(d,m) - 1] at [d],
    and its difference of order [d-1] vanishes, both by reflection. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Binomials Classes Duality Reduction Extremal FullSet Pair FewPlaces.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section FullButLast.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Local Notation sign k := ((-1) ^+ k : F).

Lemma reflect_sum n (f : nat -> F) : \sum_(z < n.+1) f z = \sum_(z < n.+1) f (n - z)%N.
Proof. by rewrite (reindex_inj rev_ord_inj); apply: eq_bigr => z _; rewrite /= subSS. Qed.

Lemma double_inj (x y : F) : x + x = y + y -> x = y.
Proof. by rewrite -!mulr2n => /eqP; rewrite eqr_pmuln2r // => /eqP. Qed.

(** Weights that are 1 at [d] and orthogonal to the span are a formula of extrapolation. *)
Definition places_of (n : nat) (w : nat -> F) : seq (nat * F) := [seq (z, - w z) | z <- iota 0 n & w z != 0].

Lemma places_of_sum n (w f : nat -> F) : \sum_(p <- places_of n w) p.2 * f p.1 = - \sum_(z < n) w z * f z.
Proof.
rewrite big_map big_filter big_mkcond -{1}[n]subn0 -/(index_iota 0 n) big_mkord -sumrN; apply: eq_bigr => z _ /=.
by case: eqP => [-> | _]; rewrite ?mul0r ?oppr0 ?mulNr.
Qed.

Lemma places_of_size n (w : nat -> F) : \sum_(p <- places_of n w) `|p.2| = \sum_(z < n) `|w z|.
Proof.
rewrite big_map big_filter big_mkcond -{1}[n]subn0 -/(index_iota 0 n) big_mkord; apply: eq_bigr => z _ /=.
by case: eqP => [-> | _]; rewrite ?normr0 ?normrN.
Qed.

Lemma weights_solved n S (g w : nat -> F) (L : F) :
  (0 < n)%N -> 0 < L -> span S g n = L -> (forall z, (z < n)%N -> `|span S g z| <= 1) ->
  w n = 1 -> (forall r, r \in S -> \sum_(z < n.+1) w z * 'C(z, r)%:R = 0) -> \sum_(z < n) `|w z| = L ->
  solved n S g (places_of n w) L.
Proof.
move=> n_gt0 L_gt0 at_n within wn moments size_L; split=> //; last by rewrite places_of_size.
  by rewrite all_map; apply/allP => z; rewrite mem_filter mem_iota add0n => /and3P[].
move=> r in_S; rewrite (places_of_sum n w (fun z => 'C(z, r)%:R)).
by have /eqP := moments r in_S; rewrite big_ord_recr /= wn mul1r addrC addr_eq0 => /eqP ->.
Qed.

Variable d : nat.
Hypothesis d_gt1 : (1 < d)%N.

Let m := d./2.
Let d_gt0 : (0 < d)%N. Proof. exact: ltnW. Qed.
Let def_d : d = (odd d + m + m)%N. Proof. by rewrite -addnA addnn odd_double_half. Qed.

(** Linear arithmetic with what is known of [d] and [m]. *)
Ltac half_lia := generalize d_gt1 def_d; clearbody m; case: (odd d); rewrite /=; intros; nat_lia.

Let le_md : (m <= d)%N. Proof. half_lia. Qed.
Let m_gt0 : (0 < m)%N. Proof. half_lia. Qed.
Let lt_md : (m < d)%N. Proof. half_lia. Qed.

Let gap : F := (d - m)%:R.
Let gap_gt0 : 0 < gap. Proof. by rewrite ltr0n subn_gt0. Qed.

(** ** The weights *)

Definition distance z : F := z%:R - m%:R.

Lemma distance_moment r : (r < d.-1)%N -> \sum_(z < d.+1) alternating_binomial F d z * distance z * 'C(z, r)%:R = 0.
Proof.
move=> lt_r; have lt_rd : (r < d)%N by apply: leq_trans lt_r (leq_pred d).
have lt_r1d : (r.+1 < d)%N by rewrite -(prednK d_gt0).
transitivity ((r%:R - m%:R) * (\sum_(z < d.+1) alternating_binomial F d z * 'C(z, r)%:R)
  + r.+1%:R * (\sum_(z < d.+1) alternating_binomial F d z * 'C(z, r.+1)%:R)).
  rewrite !mulr_sumr -big_split /=; apply: eq_bigr => z _.
  rewrite [r.+1%:R * (_ * _)]mulrCA bin_step /distance.
  by move: (alternating_binomial F d z) (z%:R : F) (r%:R : F) (m%:R : F) ('C(z, r)%:R : F) => a x y c b; normal_ring F.
by rewrite !alternating_binomial_moment // !mulr0 addr0.
Qed.

(** Telescoping: (d-2z) C(d,z) = d C(d-1,z) - d C(d-1,z-1). *)
Definition partial z : F := if z is y.+1 then d%:R * 'C(d.-1, y)%:R else 0.

Lemma partial_step z : (d%:R - 2%:R * z%:R) * 'C(d, z)%:R = partial z.+1 - partial z.
Proof.
case: z => [|z]; first by rewrite /partial !bin0 mulr0 !subr0.
have upper : d%:R * 'C(d.-1, z)%:R = z.+1%:R * 'C(d, z.+1)%:R :> F by rewrite -!natrM mul_bin_diag.
have lower : d%:R * 'C(d.-1, z.+1)%:R = (d%:R - z.+1%:R) * 'C(d, z.+1)%:R :> F.
  rewrite -[in 'C(d, z.+1)](prednK d_gt0) binS natrD [(_ - _) * _]mulrBl -[in 'C(d.-1, z)]/('C(d.-1, z)).
  rewrite [d%:R * (_ + _)]mulrDr upper -[in RHS](prednK d_gt0) binS prednK // natrD.
  by move: (z.+1%:R : F) (d%:R : F) ('C(d.-1, z.+1)%:R : F) ('C(d.-1, z)%:R : F) => x y b c; normal_ring F.
rewrite /partial upper lower.
by move: (d%:R : F) (z.+1%:R : F) ('C(d, z.+1)%:R : F) => x y b; normal_ring F.
Qed.

Lemma partial_sum (a b : nat) :
  (a <= b)%N -> \sum_(a <= z < b) (d%:R - 2%:R * z%:R) * 'C(d, z)%:R = partial b - partial a.
Proof.
by move=> le_ab; rewrite -(telescope_sumr partial le_ab); apply: eq_bigr => z _; rewrite partial_step.
Qed.

Lemma widths : \sum_(z < d.+1) `|d%:R - 2%:R * z%:R| * 'C(d, z)%:R = 2%:R * (d%:R * 'C(d.-1, m)%:R) :> F.
Proof.
rewrite -(big_mkord predT (fun z => `|d%:R - 2%:R * z%:R| * 'C(d, z)%:R)).
rewrite (big_cat_nat _ _ _ (leq0n m.+1)) //=.
transitivity (partial m.+1 - partial 0 - (partial d.+1 - partial m.+1)).
  rewrite -!partial_sum // -sumrN; congr (_ + _); rewrite !big_nat; apply: eq_bigr => z /andP[ge_z lt_z].
    rewrite ger0_norm // subr_ge0 -natrM ler_nat; half_lia.
  rewrite ler0_norm ?mulNr // subr_le0 -natrM ler_nat; half_lia.
by rewrite /partial (@bin_small d.-1 d) ?prednK // mulr0 subr0 sub0r opprK mulr2n mulrDl mul1r.
Qed.

Lemma distances : \sum_(z < d.+1) `|distance z| * 'C(d, z)%:R = gap * 'C(d, m)%:R.
Proof.
have -> : gap * 'C(d, m)%:R = d%:R * 'C(d.-1, m)%:R by rewrite /gap -!natrM -mul_bin_down.
have reflected := reflect_sum d (fun z => `|distance z| * 'C(d, z)%:R); cbv beta in reflected.
apply: double_inj; rewrite [X in _ + X]reflected -big_split /=.
transitivity (\sum_(z < d.+1) `|d%:R - 2%:R * z%:R| * 'C(d, z)%:R : F); last first.
  by rewrite widths mulr2n mulrDl mul1r.
apply: eq_bigr => z _; have le_zd : (z <= d)%N by rewrite -ltnS.
rewrite bin_sub // -mulrDl; congr (_ * _); rewrite /distance natrB //.
case: (leqP z m) => [le_zm | lt_mz].
  rewrite [ `|z%:R - _|]ler0_norm ?subr_le0 ?ler_nat // [ `|_ - _ - _|]ger0_norm.
    rewrite [ `|_|]ger0_norm; last by rewrite subr_ge0 -natrM ler_nat; half_lia.
    by move: (z%:R : F) (m%:R : F) (d%:R : F) => x y c; normal_ring F.
  by rewrite -natrB // subr_ge0 ler_nat; half_lia.
rewrite [ `|z%:R - _|]ger0_norm ?subr_ge0 ?ler_nat 1?ltnW // [ `|_ - _ - _|]ler0_norm.
  rewrite [ `|_|]ler0_norm; last by rewrite subr_le0 -natrM ler_nat; half_lia.
  by move: (z%:R : F) (m%:R : F) (d%:R : F) => x y c; normal_ring F.
by rewrite -natrB // subr_le0 ler_nat; half_lia.
Qed.

Definition distance_weights z : F := alternating_binomial F d z * distance z / gap.

Lemma distance_d : distance d = gap.
Proof. by rewrite /distance /gap natrB. Qed.

Lemma distance_weights_size : \sum_(z < d) `|distance_weights z| = 'C(d, m)%:R - 1.
Proof.
apply: (mulIf (lt0r_neq0 gap_gt0)); rewrite mulrBl mul1r mulr_suml [X in _ = X - _]mulrC -distances big_ord_recr /=.
rewrite distance_d binn mulr1 gtr0_norm // addrK; apply: eq_bigr => z _.
rewrite /distance_weights !normrM normfV (gtr0_norm gap_gt0) divfK ?lt0r_neq0 //.
by rewrite sign_abs mul1r normr_nat mulrC.
Qed.

(** ** The function *)

Definition side z : F := if (z < m)%N then -1 else if (z == m) && odd d then 0 else 1.

Lemma side_abs z : `|side z| <= 1.
Proof. by rewrite /side; do 2?case: ifP => _; rewrite ?normrN1 ?normr1 ?normr0 ?lexx ?ler01. Qed.

Definition side_values z : F := - sign (d + z) * side z.

Lemma side_step y :
  (y <= d.-1)%N -> sign (d.-1 + y) * 'C(d.-1, y)%:R * side_values y = 'C(d.-1, y)%:R * side y.
Proof.
have flip : sign (d + y) = - sign (d.-1 + y) by rewrite -{1}(prednK d_gt0) addSn exprS mulN1r.
move=> le_y; rewrite /side_values flip opprK; have := sign_sq F (d.-1 + y).
move: (sign (d.-1 + y)) ('C(d.-1, y)%:R : F) (side y) => x b c sq.
by transitivity (x * x * (b * c)); [normal_ring F | rewrite sq mul1r].
Qed.

Lemma side_last : newton side_values d.-1 = 0.
Proof.
have flipped : newton side_values d.-1 = \sum_(z < d.-1.+1) 'C(d.-1, z)%:R * side z.
  by apply: eq_bigr => z _; rewrite side_step // -ltnS.
have reflected := reflect_sum d.-1 (fun z => 'C(d.-1, z)%:R * side z); cbv beta in reflected.
apply: double_inj; rewrite addr0 flipped [X in _ + X]reflected -big_split /=; apply: big1 => z _.
have le_z : (z <= d.-1)%N by rewrite -ltnS.
rewrite bin_sub // -mulrDr (_ : _ + _ = 0) ?mulr0 // /side.
have := def_d; have := d_gt1; clearbody m; case: (odd d) => /= large sum.
  rewrite !andbT; case: (ltngtP z m) => [lt_zm | lt_mz | def_z].
  - have -> : (d.-1 - z < m)%N = false by apply/negbTE; rewrite -leqNgt; nat_lia.
    have -> : (d.-1 - z == m)%N = false by apply/negbTE/eqP; nat_lia.
    by rewrite addNr.
  - have -> : (d.-1 - z < m)%N by nat_lia.
    by rewrite subrr.
  have -> : (d.-1 - z < m)%N = false by apply/negbTE; rewrite -leqNgt; nat_lia.
  have -> : (d.-1 - z == m)%N by apply/eqP; nat_lia.
  by rewrite addr0.
rewrite !andbF; case: (ltnP z m) => [lt_zm | le_mz].
  have -> : (d.-1 - z < m)%N = false by apply/negbTE; rewrite -leqNgt; nat_lia.
  by rewrite addNr.
have -> : (d.-1 - z < m)%N by nat_lia.
by rewrite subrr.
Qed.

Lemma side_sum : \sum_(z < d.+1) 'C(d, z)%:R * side z = 'C(d, m)%:R.
Proof.
have reflected := reflect_sum d (fun z => 'C(d, z)%:R * side z); cbv beta in reflected.
apply: double_inj; rewrite [X in _ + X]reflected -big_split /=.
have lt_m : (m < d.+1)%N by apply: ltnW.
have lt_dm : (d - m < d.+1)%N by rewrite ltnS leq_subr.
rewrite -{2}(bin_sub le_md) -{1}(@sum_pick F d.+1 m (fun z => 'C(d, z)%:R) lt_m).
rewrite -(@sum_pick F d.+1 (d - m) (fun z => 'C(d, z)%:R) lt_dm) -big_split /=; apply: eq_bigr => z _.
have le_zd : (z <= d)%N by rewrite -ltnS.
rewrite bin_sub // -mulrDl -mulrDr mulrC; congr (_ * _); rewrite /side.
have := def_d; have := d_gt1; clearbody m; case: (odd d) => /= large sum.
  rewrite !andbT; case: (ltngtP z m) => [lt_zm | lt_mz | def_z].
  - have -> : (d - z < m)%N = false by apply/negbTE; rewrite -leqNgt; nat_lia.
    have -> : (d - z == m)%N = false by apply/negbTE/eqP; nat_lia.
    have -> : (z == d - m :> nat)%N = false by apply/negbTE/eqP; nat_lia.
    by rewrite addNr addr0.
  - case: (eqVneq (z : nat) (d - m)%N) => [def_z | ne_z].
      have -> : (d - z < m)%N = false by apply/negbTE; rewrite -leqNgt; nat_lia.
      have -> : (d - z == m)%N by apply/eqP; nat_lia.
      by rewrite addr0 add0r.
    have -> : (d - z < m)%N by nat_lia.
    by rewrite subrr addr0.
  have -> : (d - z < m)%N = false by apply/negbTE; rewrite -leqNgt; nat_lia.
  have -> : (d - z == m)%N = false by apply/negbTE/eqP; nat_lia.
  have -> : (z == d - m :> nat)%N = false by apply/negbTE/eqP; nat_lia.
  by rewrite add0r addr0.
rewrite !andbF; case: (ltngtP z m) => [lt_zm | lt_mz | def_z].
- have -> : (d - z < m)%N = false by apply/negbTE; rewrite -leqNgt; nat_lia.
  have -> : (z == d - m :> nat)%N = false by apply/negbTE/eqP; nat_lia.
  by rewrite addNr addr0.
- have -> : (d - z < m)%N by nat_lia.
  have -> : (z == d - m :> nat)%N = false by apply/negbTE/eqP; nat_lia.
  by rewrite subrr addr0.
have -> : (d - z < m)%N = false by apply/negbTE; rewrite -leqNgt; nat_lia.
by have -> : (z == d - m :> nat)%N by apply/eqP; nat_lia.
Qed.

Lemma side_span z : span (iota 0 d.-1) (newton side_values) z = span (iota 0 d) (newton side_values) z.
Proof.
apply: span_support; first exact: iota_uniq.
  by move=> r; rewrite mem_iota add0n => /andP[_ lt_r]; apply: leq_trans lt_r (leq_pred d).
move=> r lt_rd; rewrite mem_iota add0n /= -leqNgt => le_r; rewrite (_ : r = d.-1) ?side_last //.
by apply/eqP; rewrite eqn_leq le_r andbT -ltnS prednK.
Qed.

Lemma side_at_d : span (iota 0 d) (newton side_values) d = 'C(d, m)%:R - 1.
Proof.
have side_d : side d = 1 by rewrite /side ltnNge le_md (gtn_eqF lt_md).
rewrite span_newton_d -side_sum big_ord_recr /= binn mul1r side_d addrK.
rewrite -sumrN; apply: eq_bigr => z _; rewrite /side_values /alternating_binomial.
have := sign_sq F (d + z); move: (sign (d + z)) ('C(d, z)%:R : F) (side z) => x b c sq.
by transitivity (x * x * (b * c)); [normal_ring F | rewrite sq mul1r].
Qed.

Lemma but_last_constant_gt0 : 0 < 'C(d, m)%:R - 1 :> F.
Proof.
rewrite subr_gt0 ltr1n; have upper : (0 < 'C(d.-1, m))%N by rewrite bin_gt0 -ltnS prednK.
have lower : (0 < 'C(d.-1, m.-1))%N.
  by rewrite bin_gt0 (leq_trans (leq_pred m)) // -ltnS prednK.
have -> : 'C(d, m) = ('C(d.-1, m) + 'C(d.-1, m.-1))%N.
  by rewrite -{1}(prednK d_gt0) -{1 2}(prednK m_gt0) binS.
move: upper lower; move: 'C(d.-1, m) 'C(d.-1, m.-1) => a b a_gt0 b_gt0; nat_lia.
Qed.

(** The differences of the function. *)
Lemma side_difference k :
  newton side_values k
    = sign (d + k) * ((if odd d then 'C(k, m)%:R else 0) + 2%:R * (\sum_(z < m) 'C(k, z)%:R) - 2%:R ^+ k).
Proof.
pose skew z : F := (if (z < m)%N then 2%:R else 0) + (if (z == m) && odd d then 1 else 0).
have def_side z : side z = 1 - skew z.
  rewrite /side /skew; case: ltngtP => _ /=; rewrite ?addr0 ?subr0 //.
    by rewrite (_ : 2%:R = 1 + 1) // opprD addrA subrr add0r.
  by case: (odd d); rewrite add0r ?subrr ?subr0.
have total : \sum_(z < k.+1) 'C(k, z)%:R = 2%:R ^+ k :> F by rewrite big_ord_recr /= binn sum_bin subrK.
have below : \sum_(z < k.+1) 'C(k, z)%:R * (if (z < m)%N then 2%:R else 0) = 2%:R * (\sum_(z < m) 'C(k, z)%:R) :> F.
  pose n := maxn k.+1 m; pose f z : F := 'C(k, z)%:R * (if (z < m)%N then 2%:R else 0).
  rewrite -(@sum_widen F k.+1 n f) ?leq_maxl //; last first.
    by move=> z /andP[lt_kz _]; rewrite /f bin_small // mul0r.
  rewrite (@sum_widen F m n f) ?leq_maxr //; last by move=> z /andP[le_mz _]; rewrite /f ltnNge le_mz mulr0.
  by rewrite mulr_sumr; apply: eq_bigr => z _; rewrite /f ltn_ord mulrC.
have at_m : \sum_(z < k.+1) 'C(k, z)%:R * (if (z == m :> nat) && odd d then 1 else 0)
    = if odd d then 'C(k, m)%:R else 0 :> F.
  case: (odd d); last by rewrite big1 // => z _; rewrite andbF mulr0.
  case: (leqP m k) => [le_mk | lt_km]; last first.
    rewrite bin_small // big1 // => z _; rewrite (_ : (z == m :> nat) = false) ?mulr0 //.
    by apply/ltn_eqF/(leq_trans (ltn_ord z)).
  rewrite -(@sum_pick F k.+1 m (fun z => 'C(k, z)%:R)) ?ltnS //; apply: eq_bigr => z _.
  by rewrite andbT mulrC; case: eqP.
rewrite -at_m -below -total -big_split -sumrB mulr_sumr; apply: eq_bigr => z _; rewrite /= -mulrDr.
rewrite /side_values def_side /skew [X in 1 - X]addrC !exprD; have := sign_sq F z.
set t := (if _ && _ then _ else _) + _; move: t (sign k) (sign z) (sign d) ('C(k, z)%:R : F) => t a b c e sq.
by transitivity (c * a * (e * t - e) * (b * b)); [normal_ring F | rewrite sq mulr1].
Qed.

Lemma but_last_solved :
  solved d (iota 0 d.-1) (newton side_values) (places_of d distance_weights) ('C(d, m)%:R - 1).
Proof.
apply: weights_solved => //.
- exact: but_last_constant_gt0.
- by rewrite side_span side_at_d.
- move=> z lt_zd; rewrite side_span span_newton // /side_values normrM normrN sign_abs mul1r.
  exact: side_abs.
- by rewrite /distance_weights alternating_binomial_d mul1r distance_d divff // lt0r_neq0.
- move=> r; rewrite mem_iota add0n => /andP[_ lt_r]; under eq_bigr do rewrite /distance_weights mulrAC.
  by rewrite -mulr_suml distance_moment // mul0r.
by rewrite distance_weights_size.
Qed.

End FullButLast.

Lemma but_last_orders d : (1 < d)%N -> iota 0 d.-1 = 0%N :: iota 1 (d - 2).
Proof. by case: d => [|[|d]] // _; rewrite !subSS subn0. Qed.

Lemma but_last_inner d : (1 < d)%N -> inner_orders d (iota 1 (d - 2)).
Proof. by move=> d_gt1; apply/allP => r; rewrite mem_iota => /andP[-> lt_r] /=; nat_lia. Qed.

(** Theorem: the orders 0..d-2 achieve the error E on the cube if and only if E >= 1/C(d, floor(d/2)), d >= 2. *)
Theorem full_but_last (F : realFieldType) (d : nat) (E : F) :
  (1 < d)%N -> achievable_on_cube d (iota 0 d.-1) E <-> 'C(d, d./2)%:R^-1 <= E.
Proof.
move=> d_gt1; have := solved_least (@but_last_solved F d d_gt1); rewrite but_last_orders // => least.
have := least_on_cube (ltnW d_gt1) (but_last_constant_gt0 F d_gt1) (but_last_inner d_gt1) least E.
by rewrite subrK.
Qed.

(** Theorem: the orders 1..d-2 achieve the error E on the cube if and only if E >= 1/(C(d, floor(d/2)) - 1), d >= 2. *)
Theorem full_but_last_without_intercept (F : realFieldType) (d : nat) (E : F) :
  (1 < d)%N -> achievable_on_cube d (iota 1 (d - 2)) E <-> ('C(d, d./2)%:R - 1)^-1 <= E.
Proof.
move=> d_gt1; have := solved_least (@but_last_solved F d d_gt1); rewrite but_last_orders // => least.
exact: (least_without (ltnW d_gt1) (but_last_inner d_gt1) least E).
Qed.
