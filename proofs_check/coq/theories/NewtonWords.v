(** * Newton's identities, solved

    If [k g_k = - sum_(1 <= i <= k) m_i g_(k-i)] and [g_0 = 1], then [g_k] is a polynomial in the [m_i]: the sum over
    the compositions [k = i_1 + .. + i_r] of [(-1)^r m_(i_1) .. m_(i_r) / (s_1 .. s_r)], where [s_j = i_j + .. + i_r].
    The compositions with these coefficients are listed here as data, the same for all [m] and [g]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Quotients.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Compositions of [k] into at most [fuel - 1] parts. *)
Fixpoint words_upto (fuel k : nat) : seq (rat * seq nat) :=
  if fuel is fuel'.+1 then
    if k is 0 then [:: (1, [::])]
    else [seq (- k%:R^-1 * w.1, i :: w.2) | i <- iota 1 k, w <- words_upto fuel' (k - i)]
  else [::].

Lemma words_uptoS fuel k :
  words_upto fuel.+1 k.+1 = [seq (- k.+1%:R^-1 * w.1, i :: w.2) | i <- iota 1 k.+1, w <- words_upto fuel (k.+1 - i)].
Proof. by []. Qed.

Definition words k := words_upto k.+1 k.

Lemma sumn_words_upto fuel k w : w \in words_upto fuel k -> sumn w.2 = k.
Proof.
elim: fuel k w => // fuel IH [|k] w; first by rewrite inE => /eqP ->.
case/allpairsPdep=> i [v [range /IH sum_v ->]] /=; rewrite sum_v subnKC //.
by move: range; rewrite mem_iota => /andP[].
Qed.

Lemma sumn_words k w : w \in words k -> sumn w.2 = k.
Proof. exact: sumn_words_upto. Qed.

Section Values.

Variables (A : comRingType) (iota_A : {rmorphism rat -> A}).
Implicit Types (m g : nat -> A).

Lemma inverse_in (n : nat) : (0 < n)%N -> iota_A n%:R^-1 * n%:R = 1.
Proof.
by move=> n_gt0; rewrite -(rmorph_nat iota_A n) -rmorphM mulVf ?rmorph1 // pnatr_eq0 -lt0n.
Qed.

Lemma words_upto_value m g fuel k :
  newton m g -> m 0%N = 0 -> g 0%N = 1 -> (k < fuel)%N ->
  \sum_(w <- words_upto fuel k) iota_A w.1 * \prod_(i <- w.2) m i = g k.
Proof.
move=> rel m0 g0; elim: fuel k => // fuel IH [|k] lt_k; first by rewrite big_seq1 big_nil g0 rmorph1 mulr1.
rewrite words_uptoS big_allpairs_dep.
transitivity (\sum_(1 <= i < k.+2) iota_A (- k.+1%:R^-1) * (m i * g (k.+1 - i)%N)).
  rewrite -[iota 1 k.+1]/(index_iota 1 k.+2) !big_nat; apply: eq_bigr => -[//|i] range_i.
  have lt_fuel : (k.+1 - i.+1 < fuel)%N by rewrite subSS (leq_ltn_trans (leq_subr _ _)).
  rewrite -(IH _ lt_fuel) mulr_sumr mulr_sumr; apply: eq_bigr => w _.
  by rewrite big_cons rmorphM -mulrA; congr (_ * _); rewrite mulrCA.
rewrite -mulr_sumr rmorphN mulNr -mulrN -[RHS]mul1r -(inverse_in (ltn0Sn k)) -mulrA; congr (_ * _).
by rewrite rel -(big_mkord predT (fun i => m i * g (k.+1 - i)%N)) [in RHS]big_ltn // m0 mul0r add0r.
Qed.

Lemma words_value m g k :
  newton m g -> m 0%N = 0 -> g 0%N = 1 -> \sum_(w <- words k) iota_A w.1 * \prod_(i <- w.2) m i = g k.
Proof. by move=> rel m0 g0; apply: (words_upto_value rel m0 g0 (ltnSn k)). Qed.

Lemma newton_scale m g (z : A) : newton m g -> newton (fun i => z ^+ i * m i) (fun k => z ^+ k * g k).
Proof.
move=> rel k; rewrite mulrCA rel mulrN mulr_sumr; congr (- _); apply: eq_bigr => i _.
have le_ik : (i <= k)%N by rewrite -ltnS.
by rewrite -{1}(subnKC le_ik) exprD mulrACA.
Qed.

End Values.
