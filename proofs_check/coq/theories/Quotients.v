(** * A power series and its inverse, and one finite difference

    Let [t_0, .., t_(p-1)] be units of a commutative ring, [X] their product, and
<<
      prod_i (1 - t_i u)/(1 - u) = sum_k series k u^k,
>>
    and the same with the inverses [t'_i].  Two facts are shown here.

    Newton: [k series k = - sum_(i <= k) m_i series (k - i)] with the power sums [m_i = sum_j (t_j^i - 1)].

    One difference: [quotients], which is [series k] at [k > 0], [1 - X] at 0, [- X series' (-k)] at [k < 0], is the
    difference of the expansions of one rational function at 0 and at infinity; so its p-th difference vanishes, and
<<
      C(2N,N) (1-X)^2 = 2 X sum_(1 <= k <= N) (-1)^k C(2N,N-k) series k series' k       for p <= N.
>>
    There is no division here: a factor is [1 + (1 - t)(u + u^2 + ..)]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Differences.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory.
Local Open Scope ring_scope.

Section Series.

Variable A : comRingType.
Add Ring A_ring : (ring_laws A).
Implicit Types (f g : nat -> A) (t : nat -> A) (i j k p : nat).

(** Multiplication by [1 + (1 - t)(u + u^2 + ..)]. *)
Definition grow (t : A) g k : A := g k + (1 - t) * \sum_(j < k) g j.

Fixpoint series t p : nat -> A :=
  if p is p'.+1 then grow (t p') (series t p') else fun k => (k == 0%N)%:R.

Lemma series0 t p : series t p 0 = 1.
Proof. by elim: p => //= p IH; rewrite /grow big_ord0 mulr0 addr0. Qed.

Lemma seriesS t p k : series t p.+1 k.+1 = series t p.+1 k + series t p k.+1 - t p * series t p k.
Proof. by rewrite /= /grow big_ord_recr /=; move: (bigop _ _ _) => a; commutative_ring A. Qed.

(** ** Newton's identities *)

Definition newton (m g : nat -> A) : Prop := forall k, k%:R * g k = - \sum_(i < k.+1) m i * g (k - i)%N.

(** The same with polynomials that agree with the series up to the order [n]. *)
Lemma newton_poly m g n k :
  newton m g -> (k < n)%N -> k%:R * (\poly_(i < n) g i)`_k = - ((\poly_(i < n) m i) * \poly_(i < n) g i)`_k.
Proof.
move=> rel lt_kn; rewrite coef_poly lt_kn rel coefM; congr (- _); apply: eq_bigr => i _.
by rewrite !coef_poly (leq_ltn_trans (leq_subr _ _) lt_kn) (leq_ltn_trans _ lt_kn) // -ltnS.
Qed.

Lemma newton_product m m' g g' :
  newton m g -> newton m' g' -> newton (fun i => m i + m' i) (fun k => \sum_(i < k.+1) g i * g' (k - i)%N).
Proof.
move=> rel rel' k; pose P f : {poly A} := \poly_(i < k.+1) f i.
have productE f f' i : (i < k.+1)%N -> \sum_(j < i.+1) f j * f' (i - j)%N = (P f * P f')`_i.
  move=> lt_ik; rewrite coefM; apply: eq_bigr => j _.
  by rewrite !coef_poly (leq_ltn_trans (leq_subr _ _) lt_ik) (leq_ltn_trans _ lt_ik) // -ltnS.
have -> : \sum_(i < k.+1) (m i + m' i) * (\sum_(j < (k - i).+1) g j * g' (k - i - j)%N)
          = ((P m + P m') * (P g * P g'))`_k.
  rewrite coefM; apply: eq_bigr => i _; rewrite coefD !coef_poly ltn_ord productE // ltnS leq_subr //.
rewrite productE // mulrDl coefD mulrA [P m' * _]mulrCA [in RHS](coefM _ (P g')) [in RHS](coefM (P g)) opprD -!sumrN.
rewrite coefM mulr_sumr -big_split /=; apply: eq_bigr => i _; have lt_ik := ltn_ord i.
rewrite -mulNr -mulrN -!newton_poly ?ltnS ?leq_subr //.
have -> : k%:R = i%:R + (k - i)%:R :> A by rewrite -natrD subnKC // -ltnS.
by move: (P g)`_i (P g')`_(k - i) => a b; commutative_ring A.
Qed.

Lemma eq_newton m m' g g' : m =1 m' -> g =1 g' -> newton m g -> newton m' g'.
Proof.
by move=> same_m same_g rel k; rewrite -same_g rel; under eq_bigr => i _ do rewrite same_m same_g.
Qed.

Lemma newton_factor (t : A) : newton (fun i => t ^+ i - 1) (fun k => if k is 0 then 1 else 1 - t).
Proof.
case=> [|k]; first by rewrite big_ord1 subrr !mul0r oppr0.
rewrite big_ord_recr subnn /= mulr1 big_ord_recl /= subrr mul0r add0r.
rewrite (eq_bigr (fun i : 'I_k => (t ^+ i.+1 - 1) * (1 - t))) => [|i _]; last first.
  by rewrite /bump add1n subSS; case def_j: (k - i)%N (subn_gt0 i k) => [|j] //; rewrite ltn_ord.
have -> : \sum_(i < k) (t ^+ i.+1 - 1) * (1 - t) = t - t ^+ k.+1 - k%:R * (1 - t).
  elim: k => [|k IH]; first by rewrite big_ord0 expr1 subrr mul0r subr0.
  by rewrite big_ord_recr /= IH mulrSr [t ^+ k.+2]exprSr; move: (_ ^+ _) _%:R => a b; commutative_ring A.
by rewrite mulrSr; move: (_ ^+ _) _%:R => a b; commutative_ring A.
Qed.

(** The power sums of the [t_j], each less 1. *)
Definition power_sum t p i : A := \sum_(j < p) (t j ^+ i - 1).

Lemma newton_series t p : newton (power_sum t p) (series t p).
Proof.
elim: p => [|p IH] /=.
  move=> k; rewrite big1 ?oppr0 => [|i _]; last by rewrite /power_sum big_ord0 mul0r.
  by case: k => [|k]; rewrite ?mul0r ?mulr0.
apply: eq_newton (newton_product IH (newton_factor (t p))) => k; first by rewrite /power_sum big_ord_recr.
rewrite /grow big_ord_recr subnn /= mulr1 addrC [(1 - _) * _]mulrC mulr_suml; congr (_ + _); apply: eq_bigr => i _.
by case def_j: (k - i)%N (subn_gt0 i k) => [|j] //; rewrite ltn_ord.
Qed.

(** ** The difference of two expansions *)

Local Arguments series : simpl never.

Definition product t p : A := \prod_(i < p) t i.

Definition quotients t t' p (k : int) : A :=
  match k with
  | Posz 0 => 1 - product t p
  | Posz k => series t p k
  | Negz k => - product t p * series t' p k.+1
  end.

Section Inverses.

Variables t t' : nat -> A.
Hypothesis inverses : forall i, t i * t' i = 1.

Lemma quotients_step p (k : int) :
  delta (quotients t t' p.+1) k = 1 * quotients t t' p (k + 1) + - t p * quotients t t' p k.
Proof.
have productS : product t p.+1 = product t p * t p by rewrite /product big_ord_recr.
have inverse := inverses p; rewrite /delta.
case: k => [[|k]|[|k]].
- rewrite add0r /= seriesS !series0 productS.
  by move: (product _ _) (series _ _ _) (t p) => a b c; commutative_ring A.
- have -> : k.+1%:Z + 1 = k.+2%:Z by rewrite -PoszD addn1.
  rewrite /= seriesS.
  by move: (series _ _ _) (series _ _ _) (series _ _ _) (t p) => a b c d; commutative_ring A.
- rewrite /= seriesS !series0 productS.
  transitivity (1 - product t p * t p + product t p * (t p * series t' p 1) + product t p * t p
                - product t p * (t p * t' p)).
    by move: (product _ _) (series _ _ _) (t p) (t' p) => a b c d; commutative_ring A.
  by rewrite inverse; move: (product _ _) (series _ _ _) (t p) => a b c; commutative_ring A.
have -> : Negz k.+1 + 1 = Negz k by rewrite !NegzE [k.+2%:Z]intS opprD addrC addNKr.
rewrite /= [series t' p.+1 k.+2]seriesS productS.
move: (product _ _) (series t' p.+1 k.+1) (series t' p k.+2) (series t' p k.+1) => a b c d.
transitivity (a * (t p * c) - a * (t p * t' p) * d); first by move: (t p) (t' p) => x y; commutative_ring A.
by rewrite inverse; move: (t p) => x; commutative_ring A.
Qed.

Lemma quotients_order p : order_at_most p (quotients t t' p).
Proof.
elim: p => [|p IH]; last exact: order_step IH (quotients_step p).
by case=> [[|k]|k]; [rewrite /= /product big_ord0 subrr | | exact: mulr0].
Qed.

Lemma quotients_order_reflected p : order_at_most p (fun k : int => quotients t t' p (- k)).
Proof.
elim: p => [|p IH]; first by move=> k; exact: (quotients_order 0).
apply: (order_step (c := t p) (d := -1) IH) => k; rewrite /delta.
have := quotients_step p (- (k + 1)); rewrite /delta opprD subrK => /eqP; rewrite subr_eq => /eqP ->.
by move: (quotients _ _ _ _) (quotients _ _ _ _) (quotients _ _ _ _) => a b c; commutative_ring A.
Qed.

Lemma quotients_pair p k : quotients t t' p k.+1%:Z * quotients t t' p (- k.+1%:Z)
  = - product t p * (series t p k.+1 * series t' p k.+1).
Proof. by rewrite -NegzE mulrCA. Qed.

Lemma one_difference p N : (p <= N)%N ->
  'C(2 * N, N)%:R * (1 - product t p) ^+ 2
  = product t p * (\sum_(k < N) (-1) ^+ k.+1 * 'C(2 * N, N - k.+1)%:R * (series t p k.+1 * series t' p k.+1)) *+ 2.
Proof.
move=> le_pN; pose f (k : int) := quotients t t' p k * quotients t t' p (- k).
have order_f : order_at_most (2 * N) f.
  apply: (@order_weaken _ (p + p)); first by rewrite addnn -mul2n leq_mul2l.
  by apply: order_product; [exact: quotients_order | exact: quotients_order_reflected].
have even_f (k : int) : f (- k) = f k by rewrite /f opprK mulrC.
have /eqP := central_difference order_f even_f; rewrite addr_eq0 => /eqP.
rewrite {1}/f oppr0 /= -expr2 => ->; rewrite -mulNrn -sumrN mulr_sumr; congr (_ *+ 2); apply: eq_bigr => k _.
by rewrite /f quotients_pair mulNr mulrN opprK mulrCA.
Qed.

(** The same, solved for [X + 1/X - 2]. *)
Lemma one_difference_solved p N (c x : A) : (p <= N)%N -> c * 'C(2 * N, N)%:R = 1 -> product t p * x = 1 ->
  (c * \sum_(k < N) (-1) ^+ k.+1 * 'C(2 * N, N - k.+1)%:R * (series t p k.+1 * series t' p k.+1)) *+ 2
  = product t p + x - 1 *+ 2.
Proof.
move=> le_pN inverse_c inverse_x; have := one_difference le_pN.
move: (product _ _) (bigop _ _ _) (_%:R) inverse_c inverse_x => X S C inverse_c inverse_x identity.
transitivity (c * x * (X * S *+ 2)).
  transitivity (c * (X * x) * S *+ 2); first by rewrite inverse_x mulr1.
  by commutative_ring A.
rewrite -identity; transitivity (c * C * (x + X * (X * x) - (X * x) *+ 2)); first by rewrite expr2; commutative_ring A.
by rewrite inverse_c inverse_x mul1r mulr1 [x + X]addrC.
Qed.

End Inverses.

End Series.
