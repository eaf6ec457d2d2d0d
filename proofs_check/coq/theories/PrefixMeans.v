(** * An operator that keeps the deviations from prefix means

    For a sequence [f] let [deviation p f = p f(p) - (f(0) + .. + f(p-1))].  The mean of the first [n] values is
<<
      f(0) + sum_(1 <= p < n) deviation p f / (p (p+1)).
>>
    For numbers [Y(v)^theta] let [(U_theta f)(q) = sum_(v < q) (Y(v)^theta - Y(q)^theta) (f(q) - f(v))].  Each deviation
    is an eigenfunctional of all these operators: [deviation p (U_theta f) = mu_p,theta deviation p f] with
    [mu_p,theta = sum_(v < p) (Y(v)^theta - Y(p)^theta)].  So the mean of [U_(theta_1) .. U_(theta_r) (- Y^theta)], for
    [r >= 1], is a sum of products of the [mu]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra NewtonWords.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Operator.

Variables (A : comRingType) (iota_A : {rmorphism rat -> A}).
Add Ring A_ring : (ring_laws A).
Implicit Types (f : nat -> A) (p q v n : nat) (theta : int) (w : seq int).

Definition deviation p f : A := p%:R * f p - \sum_(v < p) f v.

(** [1/(p (p+1))] for [p + 1] in the place of [p]. *)
Definition step_weight p : rat := (p.+1%:R * p.+2%:R)^-1.

Lemma mean_by_deviations N f :
  iota_A N.+1%:R^-1 * (\sum_(q < N.+1) f q) = f 0%N + \sum_(p < N) iota_A (step_weight p) * deviation p.+1 f.
Proof.
elim: N => [|N IH]; first by rewrite big_ord1 big_ord0 addr0 invr1 rmorph1 mul1r.
rewrite [in RHS]big_ord_recr /= addrA -IH big_ord_recr /= /deviation.
have unit_N : N.+1%:R != 0 :> rat by rewrite pnatr_eq0.
have unit_N1 : N.+2%:R != 0 :> rat by rewrite pnatr_eq0.
have -> : iota_A N.+2%:R^-1 = iota_A (step_weight N) * N.+1%:R :> A.
  by rewrite /step_weight invfM rmorphM mulrAC inverse_in // mul1r.
have -> : iota_A N.+1%:R^-1 = iota_A (step_weight N) * (N.+1%:R + 1) :> A.
  by rewrite /step_weight invfM rmorphM -mulrSr -mulrA inverse_in // mulr1.
by move: (iota_A _) _%:R (f _) (bigop _ _ _) => a b c d; commutative_ring A.
Qed.

Variable Y : nat -> int -> A.

Definition eigenvalue p theta : A := \sum_(v < p) (Y v theta - Y p theta).

Lemma eigenvalueE p theta : eigenvalue p theta = \sum_(v < p) Y v theta - p%:R * Y p theta.
Proof. by rewrite /eigenvalue sumrB sumr_const card_ord mulr_natl. Qed.

Definition operator theta f q : A := \sum_(v < q) (Y v theta - Y q theta) * (f q - f v).

Lemma operatorE theta f q :
  operator theta f q = f q * (\sum_(v < q) Y v theta) - (\sum_(v < q) Y v theta * f v)
                       - q%:R * (Y q theta * f q) + Y q theta * \sum_(v < q) f v.
Proof.
rewrite /operator !mulr_sumr -sumrB mulr_natl -[q in _ *+ q]card_ord -sumr_const -sumrB -big_split /=.
by apply: eq_bigr => v _; move: (Y v _) (Y q _) (f q) (f v) => a b c d; commutative_ring A.
Qed.

Lemma sum_operator theta f p :
  \sum_(q < p) operator theta f q
  = (\sum_(v < p) Y v theta) * (\sum_(v < p) f v) - p%:R * \sum_(v < p) Y v theta * f v.
Proof.
elim: p => [|p IH]; first by rewrite !big_ord0 mul0r subr0.
rewrite !big_ord_recr /= IH operatorE mulrSr.
by move: (\sum_(v < p) Y v theta) (\sum_(v < p) f v) (\sum_(v < p) Y v theta * f v) p%:R (Y p _) (f p) => a b c d e g;
  commutative_ring A.
Qed.

Lemma deviation_operator theta f p : deviation p (operator theta f) = eigenvalue p theta * deviation p f.
Proof.
rewrite /deviation sum_operator operatorE eigenvalueE.
by move: (\sum_(v < p) Y v theta) (\sum_(v < p) f v) (\sum_(v < p) Y v theta * f v) p%:R (Y p _) (f p) => a b c d e g;
  commutative_ring A.
Qed.

(** The operators one after the other, the last one at the head of the word. *)
Fixpoint operators w : nat -> A :=
  if w is theta :: w' then
    if w' is [::] then fun q => - Y q theta else operator theta (operators w')
  else fun=> 0.

Lemma deviation_operators w p : w != [::] -> deviation p (operators w) = \prod_(theta <- w) eigenvalue p theta.
Proof.
elim: w => // theta [|theta' w] IH _.
  rewrite big_seq1 /= /deviation eigenvalueE sumrN.
  by move: (bigop _ _ _) p%:R (Y p _) => a b c; commutative_ring A.
by rewrite big_cons -IH // -deviation_operator.
Qed.

Lemma mean_of_operators w N : (1 < size w)%N ->
  iota_A N.+1%:R^-1 * (\sum_(q < N.+1) operators w q)
  = \sum_(p < N) iota_A (step_weight p) * \prod_(theta <- w) eigenvalue p.+1 theta.
Proof.
case: w => [|theta [|theta' w]] // _; rewrite mean_by_deviations {1}/operators -/operators {1}/operator big_ord0 add0r.
by apply: eq_bigr => p _; rewrite deviation_operators.
Qed.

End Operator.
