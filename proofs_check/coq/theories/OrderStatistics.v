(** * Mean subpool maxima are weighted sums of order statistics

    Claim: if [p] sorts [x], so that its order statistics are [x_(k) = x (p k)], then the mean subpool maximum of order
    [r >= 1] is the sum over [k = 1..d] of [C(k-1,r-1)/C(d,r) x_(k)].

    Proof.  In the cube it is the average of the vertex values [1 - C(z,r)/C(d,r)] with the spacings for weights; by
    Abel's summation the weight of [x_(k)] is [(C(k,r) - C(k-1,r))/C(d,r)].  Both sides follow [x] if it is scaled and
    shifted, as the weights sum to 1. *)

From mathcomp Require Import all_ssreflect fingroup perm all_algebra.
From Subpool Require Import Binomials Classes Duality Reduction.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section OrderStatistics.

Variables (F : realFieldType) (d r : nat).
Hypothesis range : (0 < r <= d)%N.
Implicit Types (p : {perm 'I_d}) (x y : 'I_d -> F) (f : nat -> F).

Let r_gt0 : (0 < r)%N. Proof. by case/andP: range. Qed.
Let le_rd : (r <= d)%N. Proof. by case/andP: range. Qed.

(** Abel's summation, where the first place is 0 and the last value is 0. *)
Lemma abel (u f : nat -> F) n :
  u 0%N = 0 -> f n = 0 -> \sum_(z < n.+1) (u z.+1 - u z) * f z = \sum_(k < n) (f k - f k.+1) * u k.+1.
Proof.
move=> u0 fn; rewrite big_ord_recr /= fn mulr0 addr0.
transitivity (\sum_(k < n) (u k.+1 * f k) - \sum_(k < n) (u k * f k)).
  by rewrite -sumrB; apply: eq_bigr => k _; rewrite mulrBl.
have shift : \sum_(k < n) u k * f k = \sum_(k < n) u k.+1 * f k.+1.
  have := erefl (\sum_(k < n.+1) u k * f k); rewrite {1}big_ord_recr big_ord_recl /= fn mulr0 u0 mul0r add0r addr0.
  by move=> ->; apply: eq_bigr => k _.
rewrite shift -sumrB; apply: eq_bigr => k _; by rewrite mulrBl ![u _ * _]mulrC.
Qed.

Definition order_weight (k : nat) : F := 'C(k, r.-1)%:R / 'C(d, r)%:R.

Lemma order_weight_step k : feature F d r k - feature F d r k.+1 = order_weight k.
Proof.
rewrite /feature (gtn_eqF r_gt0) /order_weight opprB addrC addrA subrK -mulrBl.
by rewrite -{1 2}(prednK r_gt0) binS natrD addrAC subrr add0r.
Qed.

Lemma sum_order_weights : \sum_(k < d) order_weight k = 1.
Proof.
have feature_d : feature F d r d = 0 by rewrite /feature (gtn_eqF r_gt0) divff ?subrr // bin_neq0.
have tele n : \sum_(k < n) order_weight k = feature F d r 0 - feature F d r n.
  elim: n => [|n IH]; first by rewrite big_ord0 subrr.
  by rewrite big_ord_recr /= IH -order_weight_step addrA subrK.
by rewrite tele feature_d subr0 /feature (gtn_eqF r_gt0) bin_small // mul0r subr0.
Qed.

Lemma in_cube_weights p y : in_cube y -> sorted_by p y -> subpool_max r y = \sum_(k < d) order_weight k * y (p k).
Proof.
move=> cube sorted; rewrite (average_of_vertices (affine_subpool_max F r) cube sorted).
transitivity (\sum_(z < d.+1) (place p y z.+1 - place p y z) * feature F d r z).
  apply: eq_bigr => z _; have le_zd : (z <= d)%N by rewrite -ltnS.
  by rewrite subpool_max_vertex ?zeros_simplex_vertex //; apply: simplex_vertex_zero_one.
rewrite (@abel (place p y)) //; last by rewrite /feature (gtn_eqF r_gt0) divff ?subrr // bin_neq0.
by apply: eq_bigr => k _; rewrite order_weight_step place_ord.
Qed.

Lemma all_weights p x : sorted_by p x -> subpool_max r x = \sum_(k < d) order_weight k * x (p k).
Proof.
move=> sorted; have d_gt0 : (0 < d)%N by apply: leq_trans le_rd.
pose lo := x (p (Ordinal d_gt0)); have lt_last : (d.-1 < d)%N by rewrite prednK.
pose hi := x (p (Ordinal lt_last)).
have between i : lo <= x i <= hi.
  by rewrite -[i](permKV p); apply/andP; split; apply: sorted; rewrite //= -ltnS prednK.
have width_ge0 : 0 <= hi - lo by have /andP[le_lo le_hi] := between (Ordinal d_gt0); rewrite subr_ge0 (le_trans le_lo).
pose y i := (x i - lo) / (hi - lo).
have def_x i : x i = lo + (hi - lo) * y i.
  have /andP[le_lo le_hi] := between i; case: (eqVneq (hi - lo) 0) => [same | differ].
    rewrite same mul0r addr0; apply/eqP; rewrite eq_le le_lo andbT; move/eqP: same; rewrite subr_eq0 => /eqP <-.
    exact: le_hi.
  by rewrite /y mulrC divfK // addrC subrK.
have cube_y : in_cube y.
  move=> i; have /andP[le_lo le_hi] := between i; rewrite /y divr_ge0 ?subr_ge0 ?(le_trans le_lo le_hi) //=.
  case: (eqVneq (hi - lo) 0) => [-> | differ]; first by rewrite invr0 mulr0 ler01.
  by rewrite ler_pdivr_mulr ?mul1r ?ler_add2r // lt0r differ.
have sorted_y : sorted_by p y.
  by move=> a b le_ab; rewrite /y ler_wpmul2r ?invr_ge0 // ler_add2r sorted.
rewrite (subpool_max_equivariant range width_ge0 def_x) (in_cube_weights cube_y sorted_y).
clearbody y; rewrite -[X in X + _ = _]mulr1 -sum_order_weights !mulr_sumr -big_split /=; apply: eq_bigr => k _.
by rewrite [in RHS]def_x mulrDr [lo * _]mulrC [(hi - lo) * (_ * _)]mulrCA.
Qed.

End OrderStatistics.

(** Theorem: if p sorts x, the mean of the maxima over all r-subsets is the sum over k = 1..d of the k-th smallest
    entry with the weight C(k-1,r-1)/C(d,r), 1 <= r <= d; a permutation that sorts x always exists. The number k is
    counted from 0 in the formula. *)
Theorem order_statistic_weights (F : realFieldType) (d r : nat) (x : 'I_d -> F) :
  (0 < r <= d)%N ->
  (exists p : {perm 'I_d}, sorted_by p x) /\
  (forall p, sorted_by p x ->
    'C(d, r)%:R^-1 * (\sum_(J : {set 'I_d} | #|J| == r) max_over J x)
      = \sum_(k < d) 'C(k, r.-1)%:R / 'C(d, r)%:R * x (p k)).
Proof. by move=> range; split=> [|p]; [exact: sorting_permutation | exact: all_weights]. Qed.

(** Theorem: if p sorts x, the j-th smallest entry is the sum over r = j..d of (-1)^(r-j) C(r-1,j-1) C(d,r) m_r(x). The
    entries are counted from 0 in the formula. *)
Theorem order_statistics_by_maxima (F : realFieldType) (d : nat) (x : 'I_d -> F) (p : {perm 'I_d}) (i : 'I_d) :
  sorted_by p x ->
  x (p i) = \sum_(i <= r < d) (-1) ^+ (r - i) * 'C(r, i)%:R * 'C(d, r.+1)%:R * subpool_max r.+1 x.
Proof.
move=> sorted_x; pose u (k : nat) : F := (k == i :> nat)%:R.
have def_newton r : newton u r = (-1) ^+ (r + i) * 'C(r, i)%:R.
  rewrite /newton; case: (leqP i r) => [le_ir | lt_ri]; last first.
    rewrite bin_small // mulr0 big1 // => k _; rewrite /u ltn_eqF ?mulr0 //.
    exact: leq_trans (ltn_ord k) lt_ri.
  rewrite (bigD1 (Ordinal (le_ir : (i < r.+1)%N))) //= /u eqxx mulr1 big1 ?addr0 // => k ne_k.
  rewrite (_ : (k == i :> nat) = false) ?mulr0 //.
  by apply: contraNF ne_k => /eqP def_k; apply/eqP/val_inj.
have value r : (r < d)%N -> 'C(d, r.+1)%:R * subpool_max r.+1 x = \sum_(k < d) 'C(k, r)%:R * x (p k).
  move=> lt_rd; have [_ weights] := order_statistic_weights x (lt_rd : (0 < r.+1 <= d)%N).
  have C_neq0 : 'C(d, r.+1)%:R != 0 :> F by rewrite pnatr_eq0 -lt0n bin_gt0.
  rewrite /subpool_max (weights p) // mulr_sumr; apply: eq_bigr => k _.
  by rewrite mulrA [X in X * _]mulrC divfK.
transitivity (\sum_(r < d) newton u r * \sum_(k < d) 'C(k, r)%:R * x (p k)).
  under eq_bigr do rewrite mulr_sumr.
  rewrite exchange_big /= (bigD1 i) //= [X in _ + X]big1 ?addr0 => [|k ne_k].
    under eq_bigr do rewrite mulrA.
    by rewrite -mulr_suml newton_interpolates // /u eqxx mul1r.
  under eq_bigr do rewrite mulrA.
  rewrite -mulr_suml newton_interpolates // /u (_ : (k == i :> nat) = false) ?mul0r //.
  by apply: contraNF ne_k => /eqP def_k; apply/eqP/val_inj.
rewrite -(big_mkord predT (fun r => newton u r * \sum_(k < d) 'C(k, r)%:R * x (p k))).
rewrite (big_cat_nat _ _ _ (leq0n i) (ltnW (ltn_ord i))) /= big_nat big1 ?add0r => [|r /andP[_ lt_ri]].
  apply: eq_big_nat => r /andP[le_ir lt_rd]; rewrite def_newton -value // !mulrA; congr (_ * _ * _ * _).
  by rewrite -{1}(subnK le_ir) -addnA addnn exprD -mul2n exprM sqrrN !expr1n mulr1.
by rewrite def_newton bin_small // mulr0 mul0r.
Qed.
