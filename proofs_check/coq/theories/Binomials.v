(** * Binomial identities, and Newton's interpolation on 0, 1, 2, ...

    The tools of the theorems.  In words:
    - choosing [k] and then [r] elements of [d] is choosing [r] and then [k] of them;
    - the alternating sum of a row of Pascal's triangle is 0 (1 in row 0), and cut short it is, but for the sign, an
      entry of the row above;
    - the d-th difference annihilates the [C(z,r)] with [r < d];
    - every function [u] on 0..n-1 is [sum_r c_r C(z,r)] with [c_r] the r-th difference of [u] at 0. *)

From Coq Require Import Lia.
From mathcomp Require Import all_ssreflect all_algebra.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.

(** Linear arithmetic on natural numbers, for goals and hypotheses written with MathComp's [<=], [<] and [==]. *)
Ltac nat_lia :=
  repeat match goal with
  | H : is_true (_ && _) |- _ => let H1 := fresh in let H2 := fresh in case/andP: H => H1 H2
  | H : is_true (leq _ _) |- _ => move/ssrnat.leP: H => H
  | H : is_true (negb (leq _ _)) |- _ => rewrite -ltnNge in H
  | H : is_true (@eq_op nat_eqType _ _) |- _ => move/eqP: H => H
  | H : is_true (negb (@eq_op nat_eqType _ _)) |- _ => move/eqP: H => H
  | |- is_true (_ && _) => apply/andP; split
  | |- is_true (leq _ _) => apply/ssrnat.leP
  | |- is_true (@eq_op nat_eqType _ _) => apply/eqP
  | |- is_true (negb (@eq_op nat_eqType _ _)) => apply/eqP
  end;
  cbv beta iota delta [addn addn_rec subn subn_rec muln muln_rec] in *; lia.

Section Naturals.

Lemma bin_swap d k r : k <= d -> r <= d -> 'C(d, k) * 'C(d - k, r) = 'C(d, r) * 'C(d - r, k).
Proof.
move=> le_kd le_rd; case: (leqP (k + r) d) => [le_kr | lt_d]; last first.
  by rewrite (@bin_small (d - k)) ?(@bin_small (d - r)) ?muln0 //; nat_lia.
have both a b : a + b <= d -> 'C(d, a) * 'C(d - a, b) * (a`! * b`! * (d - a - b)`!) = d`!.
  move=> le_ab; have le_a : a <= d by nat_lia.
  have le_b : b <= d - a by nat_lia.
  by rewrite -(bin_fact le_a) -(bin_fact le_b) -!mulnA; congr (_ * _); rewrite mulnCA.
apply/eqP; have := both r k; rewrite addnC => /(_ le_kr); rewrite -(both k r le_kr).
rewrite (_ : d - r - k = d - k - r); last by nat_lia.
move/eqP; rewrite [r`! * k`!]mulnC eqn_pmul2r; first by rewrite eq_sym.
by rewrite !muln_gt0 !fact_gt0.
Qed.

End Naturals.

Local Open Scope ring_scope.

Section OverField.

Variable F : realFieldType.

(** The sign (-1)^k; signs of sums of indices are used, so that no subtraction is needed. *)
Local Notation sign k := ((-1) ^+ k : F).

Lemma sign_abs (k : nat) : `|sign k| = 1.
Proof. by rewrite normrX normrN1 expr1n. Qed.

Lemma sign_sq (k : nat) : sign k * sign k = 1.
Proof. by rewrite -exprD addnn -mul2n exprM sqrrN expr1n expr1n. Qed.

Lemma sum_widen (n m : nat) (f : nat -> F) :
  (n <= m)%N -> (forall k, (n <= k < m)%N -> f k = 0) -> \sum_(k < m) f k = \sum_(k < n) f k.
Proof.
move=> le_nm zero; rewrite -!(big_mkord predT) (big_cat_nat _ _ _ (leq0n n) le_nm) /=.
by rewrite [X in _ + X]big_nat [X in _ + X]big1 ?addr0.
Qed.

Lemma alternating_row (n m : nat) : (n <= m)%N -> \sum_(k < m.+1) sign k * 'C(n, k)%:R = (n == 0%N)%:R.
Proof.
move=> le_nm.
rewrite (@sum_widen n.+1 m.+1 (fun k => sign k * 'C(n, k)%:R)) //; last first.
  by move=> k /andP[lt_nk _]; rewrite bin_small ?mulr0.
transitivity ((1 - 1 : F) ^+ n); last by rewrite subrr expr0n.
by rewrite exprDn; apply: eq_bigr => k _; rewrite expr1n mul1r mulr_natr.
Qed.

Lemma alternating_cut (n j : nat) : \sum_(k < j.+1) sign k * 'C(n.+1, k)%:R = sign j * 'C(n, j)%:R.
Proof.
elim: j => [|j IH]; first by rewrite big_ord1 !bin0.
by rewrite big_ord_recr /= IH binS natrD mulrDr exprS mulN1r !mulNr addrC subrK.
Qed.

(** The d-th difference at 0 of [C(z,r)] is 0 for [r < d], and 1 for [r = d]. *)
Lemma difference (d r : nat) :
  (r <= d)%N -> \sum_(z < d.+1) sign (d + z) * ('C(d, z) * 'C(z, r))%:R = (r == d)%:R.
Proof.
move=> le_rd; rewrite (reindex_inj rev_ord_inj) /=.
transitivity (\sum_(k < d.+1) 'C(d, r)%:R * (sign k * 'C(d - r, k)%:R)).
  apply: eq_bigr => k _; have le_kd : (k <= d)%N by rewrite -ltnS.
  rewrite subSS bin_sub // bin_swap // natrM mulrCA; congr (_ * (_ * _)).
  by rewrite -{1}(subnK le_kd) addnAC exprD exprD sign_sq mul1r.
rewrite -mulr_sumr alternating_row ?leq_subr //.
case: (eqVneq r d) => [-> | ne_rd]; first by rewrite subnn binn mulr1.
by rewrite subn_eq0 leqNgt ltn_neqAle ne_rd le_rd mulr0.
Qed.

(** The r-th difference of [u] at 0. *)
Definition newton (u : nat -> F) (r : nat) : F := \sum_(i < r.+1) sign (r + i) * 'C(r, i)%:R * u i.

Lemma newton_interpolates (u : nat -> F) (n z : nat) :
  (z < n)%N -> \sum_(r < n) newton u r * 'C(z, r)%:R = u z.
Proof.
move=> lt_zn; rewrite (@sum_widen z.+1 n (fun r => newton u r * 'C(z, r)%:R)) //; last first.
  by move=> r /andP[lt_zr _]; rewrite bin_small ?mulr0.
transitivity (\sum_(r < z.+1) \sum_(i < z.+1) sign (z + i) * u i * (sign (z + r) * ('C(z, r) * 'C(r, i))%:R)).
  apply: eq_bigr => r _; rewrite /newton mulr_suml.
  rewrite -(@sum_widen r.+1 z.+1 (fun i => sign (r + i) * 'C(r, i)%:R * u i * 'C(z, r)%:R)) //; last first.
    by move=> i /andP[lt_ri _]; rewrite bin_small // mulr0 !mul0r.
  apply: eq_bigr => i _; rewrite mulrACA natrM.
  have -> : sign (z + i) * sign (z + r) = sign (r + i) by rewrite !exprD mulrACA sign_sq mul1r mulrC.
  by rewrite -!mulrA; congr (_ * _); rewrite mulrCA; congr (_ * _); rewrite mulrC.
rewrite exchange_big /=.
transitivity (\sum_(i < z.+1) sign (z + i) * u i * (i == z :> nat)%:R).
  by apply: eq_bigr => i _; rewrite -mulr_sumr difference // -ltnS.
rewrite big_ord_recr /= eqxx mulr1 big1 ?add0r; first by rewrite exprD sign_sq mul1r.
by move=> i _; rewrite (ltn_eqF (ltn_ord i)) mulr0.
Qed.

End OverField.
