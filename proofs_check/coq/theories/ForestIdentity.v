(** * The closed formula for two hidden layers gives [x_q - min] *)

From mathcomp Require Import all_ssreflect all_fingroup all_algebra.
From Subpool Require Import Algebra GroupRing Networks TwoLayerForms TwoLayers Forests ForestFormula.
From Subpool Require Import ForestRing ForestSums.
From Subpool Require ForestCalculus.
Module C := ForestCalculus.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Sorted.

Variables (F : realFieldType) (N : nat).
Local Notation d := N.+1.
Variables (x : 'I_d -> F) (s : {perm 'I_d}).
Hypothesis sorted_x : forall i j : 'I_d, (i <= j)%N -> x (s i) <= x (s j).
Local Notation R := (formal (exponents F d)).
Local Notation K := (constant (exponents F d)).
Local Notation D := (derivation F d).
Local Notation distinct := (@ForestRing.distinct F d).
Implicit Types (u v k i r M : nat).

Definition vertex v : 'I_d := s (inord v).
Definition y v : F := x (vertex v).
Definition ev k : {rmorphism R -> R} := at_knot d (y k).
Definition eps v : R := epsilon F (vertex v).
Definition e v : R := exponential ((- y v, (1, 0)) : exponents F d).
Definition e' v : R := exponential ((y v, (-1, 0)) : exponents F d).

Lemma D_ev k (a : R) : D (ev k a) = 0. Proof. exact: derivation_at_knot. Qed.
Lemma ev_constant k (a : R) : D a = 0 -> ev k a = a. Proof. exact: constant_at_knot. Qed.
Lemma D_eps v : D (eps v) = 0. Proof. by rewrite derivation_exponential rmorph0 mul0r. Qed.
Lemma D_e v : D (e v) = e v. Proof. by rewrite derivation_exponential rmorph1 mul1r. Qed.
Lemma D_e' v : D (e' v) = - e' v. Proof. by rewrite derivation_exponential rmorphN1 mulN1r. Qed.

Lemma e_e' v : e v * e' v = 1.
Proof. by rewrite -exponentialD -exponential0; congr (exponential (_, (_, _))); rewrite /= ?addNr ?subrr ?addr0. Qed.

Lemma ev_e_at k v : ev k (e v) = exponential ((y k - y v, (0, 0)) : exponents F d).
Proof. by rewrite [LHS]at_knot_exponential; congr (exponential (_, (_, _))); rewrite /= mul1r addrC. Qed.

Lemma ev_e'_at k v : ev k (e' v) = exponential ((- (y k - y v), (0, 0)) : exponents F d).
Proof. by rewrite [LHS]at_knot_exponential; congr (exponential (_, (_, _))); rewrite /= mulN1r opprB. Qed.

Lemma ev_e v : ev v (e v) = 1. Proof. by rewrite ev_e_at subrr. Qed.
Lemma ev_e' v : ev v (e' v) = 1. Proof. by rewrite ev_e'_at subrr oppr0. Qed.

Local Notation power := (C.power ev eps e e').
Local Notation w := (C.w eps e).
Local Notation w' := (C.w eps e').

(** ** The whole formula, as a function of [y] *)

Definition whole k : R :=
  \sum_(1 <= i < d) \sum_(r < i) K (closed_weight (i - r.+1) r) * power (i - r.+1) r k.

Lemma D_whole k : D (whole k) = \sum_(1 <= i < d) K i`!%:R^-1 * (w k ^+ i - w' k ^+ i).
Proof.
rewrite /whole raddf_sum; apply: eq_bigr => i _.
rewrite -(C.alternating_value eps e e' i k) /C.alternating mulr_suml mulr_sumr raddf_sum; apply: eq_bigr => r _.
rewrite -[LHS]/(D _) derivation_constant.
rewrite (C.D_power (@derivation_mul F d) D_ev ev_constant D_eps D_e D_e' e_e' ev_e ev_e') !mulrA; congr (_ * _ * _).
have lt_ri := ltn_ord r.
have -> : (-1) ^+ r = K ((-1) ^+ r) by rewrite rmorph_sign.
rewrite -(rmorph_nat [rmorphism of K]) -!rmorphM; congr (K _); rewrite /closed_weight.
have -> : ((i - r.+1 + r).+1 = i)%N by rewrite -addnS subnK.
by rewrite invfM mulrC mulrCA mulVKf ?pnatr_eq0 // mulrC.
Qed.

Lemma cont_whole k : ev k (whole k.+1) = ev k (whole k).
Proof.
rewrite !rmorph_sum; apply: eq_bigr => i _; rewrite !rmorph_sum; apply: eq_bigr => r _.
by rewrite !rmorphM (C.cont_power _ ev_e ev_e').
Qed.

Lemma whole0 : whole 0 = 0.
Proof.
by rewrite /whole big1 // => i _; rewrite big1 // => r _; rewrite C.power0 mulr0.
Qed.

Lemma vertex_inj k : (k <= N)%N -> injective (fun v : 'I_k => vertex v).
Proof.
move=> le_kN v u /perm_inj /(congr1 (@nat_of_ord _)); rewrite !inordK; first exact: val_inj.
  by rewrite ltnS (leq_trans (ltnW (ltn_ord u))).
by rewrite ltnS (leq_trans (ltnW (ltn_ord v))).
Qed.

Lemma D_distinct_whole k : (k <= N)%N -> D (distinct (whole k)) = \prod_(v < k) e v - \prod_(v < k) e' v.
Proof.
move=> le_kN; rewrite -distinct_derivation D_whole.
have product (a : nat -> R) : (forall v, plain (a v)) ->
    \prod_(v < k) a v = 1 + \sum_(1 <= i < d) K i`!%:R^-1 * distinct (C.w eps a k ^+ i).
  move=> plain_a; transitivity (\prod_(v < k) (1 + (a v - 1))); first by apply: eq_bigr => v _; rewrite addrC subrK.
  rewrite -(distinct_exponential (vertex_inj le_kN) _ le_kN); last by move=> v; exact: plain_sub (@plain1 _ _).
  transitivity (\sum_(0 <= i < d) K i`!%:R^-1 * distinct (C.w eps a k ^+ i)); first by rewrite big_mkord.
  rewrite big_ltn //; congr (_ + _); rewrite expr0 fact0 invr1 rmorph1 mul1r.
  by have := distinct_epsilons F (Nil 'I_d); rewrite big_nil.
have plain_e v : plain (e v) by exact: plain_exponential.
have plain_e' v : plain (e' v) by exact: plain_exponential.
rewrite (product e) // (product e') // opprD addrACA subrr add0r -sumrB raddf_sum; apply: eq_bigr => i _.
by rewrite -[LHS]/(distinct _) plain_constant raddfB mulrBr.
Qed.

(** ** [e^l -> |l|] *)

Definition size_of : {additive R -> F} := [additive of linearly (fun g : exponents F d => `|g.1|)].

Lemma size_of_term c (g : exponents F d) : size_of (K c * exponential g) = ratr c * `|g.1|.
Proof. exact: linearly_exponential. Qed.

Lemma product_e k : \prod_(v < k) e v = exponential ((- \sum_(v < k) y v, (k%:Z, 0)) : exponents F d).
Proof.
elim: k => [|k IH]; first by rewrite !big_ord0 oppr0.
rewrite !big_ord_recr /= IH -exponentialD; congr (exponential (_, (_, _))); rewrite /= ?opprD ?addr0 //.
by rewrite -addn1 PoszD.
Qed.

Lemma product_e' k : \prod_(v < k) e' v = exponential ((\sum_(v < k) y v, (- k%:Z, 0)) : exponents F d).
Proof.
elim: k => [|k IH]; first by rewrite !big_ord0.
rewrite !big_ord_recr /= IH -exponentialD; congr (exponential (_, (_, _))); rewrite /= ?addr0 //.
by rewrite -addn1 PoszD opprD.
Qed.

Definition ascent k : R := K k%:R^-1 * (\prod_(v < k) e v + \prod_(v < k) e' v).

Lemma D_ascent k : D (ascent k.+1) = \prod_(v < k.+1) e v - \prod_(v < k.+1) e' v.
Proof.
have D_add (a b : R) : D (a + b) = D a + D b by exact: raddfD.
rewrite /ascent product_e product_e' derivation_constant D_add !derivation_exponential.
rewrite -[X in K (X%:~R) * _ + _]/(k.+1%:Z) -[X in _ + K (X%:~R) * _]/(- k.+1%:Z).
rewrite mulrNz -pmulrn rmorphN mulNr -mulrBr mulrA -rmorphM mulVf ?pnatr_eq0 // rmorph1 mul1r //.
Qed.

Lemma size_ascent k j : (forall v, (v < k)%N -> y v <= y j) -> 
  size_of (ev j (ascent k)) = 2%:R * (k%:R^-1 * (k%:R * y j - \sum_(v < k) y v)).
Proof.
move=> above; have ge0 : 0 <= k%:R * y j - \sum_(v < k) y v.
  rewrite mulr_natl -[k in _ *+ k]card_ord -sumr_const -sumrB sumr_ge0 // => v _.
  by rewrite subr_ge0 above.
have ev_add (a b : R) : ev j (a + b) = ev j a + ev j b by exact: rmorphD.
have ev_K c (a : R) : ev j (K c * a) = K c * ev j a.
  have const : D (K c) = 0 by rewrite -[K c]mulr1 derivation_constant (C.D1 (@derivation_mul F d)) mulr0.
  by rewrite rmorphM (ev_constant j const).
rewrite /ascent product_e product_e' ev_K ev_add ![ev j (exponential _)]at_knot_exponential mulrDr raddfD /=.
rewrite -![linearly _ _]/(size_of _) !size_of_term /=.
have -> : - (\sum_(v < k) y v) + k%:Z%:~R * y j = k%:R * y j - \sum_(v < k) y v by rewrite addrC -pmulrn.
have -> : \sum_(v < k) y v + (- k%:Z)%:~R * y j = - (k%:R * y j - \sum_(v < k) y v).
  by rewrite mulrNz mulNr opprB -pmulrn.
by rewrite normrN ger0_norm // [RHS]mulr_natl [RHS]mulr2n fmorphV rmorph_nat.
Qed.

(** The value at the knot [k], after [e^l -> |l|]. *)
Lemma size_whole k : (k <= N)%N -> size_of (ev k (distinct (whole k))) = 2%:R * (y k - y 0).
Proof.
have le_y v j : (v <= j <= N)%N -> y v <= y j.
  by move=> /andP[le_vj le_jN]; apply: sorted_x; rewrite !inordK ?ltnS // (leq_trans le_vj).
elim: k => [|k IH] lt_kN; first by rewrite whole0 raddf0 rmorph0 raddf0 subrr mulr0.
have D_sub (a b : R) : D (a - b) = D a - D b by exact: raddfB.
have const : D (distinct (whole k.+1) - ascent k.+1) = 0.
  by rewrite D_sub D_distinct_whole // D_ascent subrr.
have := etrans (ev_constant k.+1 const) (esym (ev_constant k const)).
rewrite !rmorphB -[ev k (distinct _)]distinct_at_knot cont_whole distinct_at_knot => /(canRL (subrK _)) ->.
rewrite addrAC !raddfD raddfN /= -![linearly _ _]/(size_of _) IH ?(ltnW lt_kN) // !size_ascent.
- have unit_k : k.+1%:R != 0 :> F by rewrite pnatr_eq0.
  rewrite -addrA -mulrBr -mulrBr opprD addrACA subrr addr0 -mulrBr mulKf // -mulrDr; congr (_ * _).
  by rewrite addrC addrA subrK.
- by move=> v lt_v; apply: le_y; rewrite -ltnS lt_v ltnW.
by move=> v lt_v; apply: le_y; rewrite ltnW.
Qed.


(** ** The lists of [ForestFormula.v] have the values of these functions *)

Variable q : 'I_d.
Let place : 'I_d := (s^-1 q)%g.

(** What an arc of a product stands for. *)
Definition arc_factor (theta : int) (v u : 'I_d) : R :=
  epsilon F v * (exponential ((theta%:~R * relu (x u - x v), (0, 0)) : exponents F d) - 1).

Local Notation total := (sum_value [rmorphism of K] arc_factor).

Definition represents (f : sums d) (phi : nat -> R) : Prop :=
  forall u, (u <= place)%N -> total (f (vertex u)) = ev u (phi u).

Lemma vertex_val (i : 'I_d) : vertex i = s i. Proof. by rewrite /vertex inord_val. Qed.

Lemma represents_one : represents (@one_sum d) (fun=> 1).
Proof. by move=> u _; rewrite rmorph1 /sum_value big_seq1 big_nil rmorph1 mulr1. Qed.

Lemma represents_add f g phi psi :
  represents f phi -> represents g psi -> represents (add_sums f g) (fun k => phi k + psi k).
Proof. by move=> rf rg u le_u; rewrite sum_value_cat rf // rg // rmorphD. Qed.

Lemma represents_sub f g phi psi :
  represents f phi -> represents g psi -> represents (sub_sums f g) (fun k => phi k - psi k).
Proof. by move=> rf rg u le_u; rewrite sum_value_cat sum_value_scale rf // rg // rmorphN1 mulN1r rmorphB. Qed.

Lemma represents_mul f g phi psi :
  represents f phi -> represents g psi -> represents (mul_sums f g) (fun k => phi k * psi k).
Proof. by move=> rf rg u le_u; rewrite sum_value_times rf // rg // rmorphM. Qed.

Lemma represents_graft sigma (a : nat -> R) f phi :
  (forall u v, ev u (a v) = exponential ((sigma%:~R * (y u - y v), (0, 0)) : exponents F d)) ->
  represents f phi -> represents (graft_sum q sigma f) (C.graft ev eps a phi).
Proof.
move=> ev_a rf u le_u; have lt_ud : (u < d)%N by rewrite (leq_ltn_trans le_u).
rewrite sum_value_flatten big_map big_filter big_mkcond sum_inputs (reindex_inj (@perm_inj _ s)).
rewrite [in RHS]/C.graft rmorph_sum.
rewrite (big_ord_widen d (fun v => ev u (eps v * (a v - 1) * C.value ev phi v)) (ltnW lt_ud)).
rewrite [RHS]big_mkcond; apply: eq_bigr => i _; rewrite sum_value_times sum_value_arc.
have sq : q = s place by rewrite permKV.
case: ltnP => [lt_iu | le_ui].
  have -> : (s i != q) && (s i != vertex u).
    rewrite {1}sq /vertex !(inj_eq perm_inj) -!val_eqE /= inordK // !neq_ltn lt_iu.
    by rewrite (leq_trans lt_iu).
  rewrite !rmorphM rmorphB rmorph1 ev_a -(vertex_val i) rf; last by rewrite (leq_trans (ltnW lt_iu)).
  have -> : ev u (C.value ev phi i) = ev i (phi i) by apply: ev_constant; exact: D_ev.
  rewrite (ev_constant u (D_eps i)); congr (_ * _); rewrite /arc_factor relu_pos // subr_ge0 sorted_x //.
  by rewrite !inordK // ltnW.
case: ifP => // _; rewrite /arc_factor relu_neg ?mulr0 ?subrr ?mulr0 ?mul0r //.
by rewrite subr_le0 sorted_x // inordK.
Qed.

Lemma ev_e_sign u v : ev u (e v) = exponential (((1 : int)%:~R * (y u - y v), (0, 0)) : exponents F d).
Proof. by rewrite mul1r ev_e_at. Qed.

Lemma ev_e'_sign u v : ev u (e' v) = exponential (((-1 : int)%:~R * (y u - y v), (0, 0)) : exponents F d).
Proof. by rewrite mulN1r ev_e'_at. Qed.

Lemma represents_w sigma (a : nat -> R) :
  (forall u v, ev u (a v) = exponential ((sigma%:~R * (y u - y v), (0, 0)) : exponents F d)) ->
  represents (w_sum q sigma) (C.w eps a).
Proof.
move=> ev_a u le_u; rewrite (represents_graft ev_a represents_one le_u); congr (ev u _).
by apply: eq_bigr => v _; rewrite /C.value rmorph1 mulr1.
Qed.

Lemma represents_s : represents (s_sum q) (C.s eps e e').
Proof. exact: represents_add (represents_w ev_e_sign) (represents_w ev_e'_sign). Qed.

Lemma represents_h f phi : represents f phi -> represents (h_sum q f) (C.h ev eps e phi).
Proof.
move=> rf; apply: represents_sub; first exact: represents_mul (represents_w ev_e_sign) rf.
exact: represents_graft ev_e_sign rf.
Qed.

Lemma represents_A f phi : represents f phi -> represents (A_sum q f) (C.operator ev eps e e' phi).
Proof.
move=> rf; have rh := represents_h rf.
apply: represents_add; first exact: represents_mul (represents_w ev_e'_sign) rh.
exact: represents_graft ev_e_sign rh.
Qed.

Lemma represents_power M r : represents (power_sum q M r) (power M r).
Proof.
elim: M r => [|M IH] [|r]; first exact: represents_s.
- by move=> u _; rewrite rmorph0 /sum_value big_nil.
- exact: represents_mul represents_s (IH 0%N).
exact: represents_add (represents_mul represents_s (IH r.+1)) (represents_A (IH r)).
Qed.

Lemma total_formula : total (formula q) = ev place (whole place).
Proof.
have indices n m : iota n m = index_iota n (n + m) by rewrite /index_iota addKn.
rewrite sum_value_flatten big_map indices rmorph_sum; apply: eq_bigr => i _.
rewrite sum_value_flatten big_map indices add0n big_mkord rmorph_sum; apply: eq_bigr => r _.
rewrite sum_value_scale rmorphM -(represents_power _ _ (leqnn _)) vertex_val permKV; congr (_ * _).
by rewrite ev_constant // -[K _]mulr1 derivation_constant (C.D1 (@derivation_mul F d)) mulr0.
Qed.

Lemma size_formula (least : 'I_d) : (forall i : 'I_d, x least <= x i) ->
  size_of (distinct (total (formula q))) = 2%:R * (x q - x least).
Proof.
move=> smallest; rewrite total_formula distinct_at_knot size_whole; last by rewrite -ltnS.
rewrite /y vertex_val permKV; congr (_ * (_ - _)); apply/le_anti; rewrite smallest andbT.
by rewrite -[least](permKV s) sorted_x // inordK.
Qed.

End Sorted.
