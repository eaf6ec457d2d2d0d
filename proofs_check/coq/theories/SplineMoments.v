(** * The moments of B-splines

    For knots [t_0 <= ... <= t_d], repeated or not, the _B-spline_ is [B(t) = d/(t_d - t_0) N_(d-1)(t)], with the basis
    functions of the recursion of Cox and de Boor, in which x/0 is 0.

    Claim: if the knots are not all equal, the integral of [t^k B(t)] is [h_k(t_0, ..., t_d)/C(d+k,k)], as is the k-th
    moment of the residual for uniform inputs, if the knots are its values at the vertices.

    Proof.  By induction along the recursion the integral of [t^k] times the basis function with the knots
    [a = t_i, ..., b = t_(i+m)] is [(b - a)/m h_k(t_i, ..., t_(i+m))/C(m+k,k)].  Let [S] be these knots, [A] those but
    [b] and [B] those but [a].  Then [h_k(S) = h_k(A) + b h_(k-1)(S) = h_k(B) + a h_(k-1)(S)], so that both
    [h_(k+1)(B) - h_(k+1)(A)] and [b h_k(B) - a h_k(A)] are [(b - a) h_k(S)]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Binomials Classes LeastSquares SpacingMoments.
From Subpool Require FullSet Reduction.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Definitions.

Variable F : realFieldType.

(** The basis function with the knots [t_i, ..., t_(i+n+1)], of degree [n]. *)
Fixpoint basis_spline (knot : nat -> F) (n i : nat) (t : F) : F :=
  if n is n'.+1 then
    (t - knot i) / (knot (i + n)%N - knot i) * basis_spline knot n' i t
    + (knot (i + n).+1%N - t) / (knot (i + n).+1%N - knot i.+1) * basis_spline knot n' i.+1 t
  else (knot i <= t < knot i.+1)%R%:R.

(** The B-spline with the knots [t_0, ..., t_d], of integral 1. *)
Definition b_spline (knot : nat -> F) (d : nat) (t : F) : F :=
  d%:R / (knot d - knot 0%N) * basis_spline knot d.-1 0 t.

(** [v] is the integral of [h] from [t_0] to [t_d], where [h] is a polynomial between two knots. *)
Definition integral_over_knots (knot : nat -> F) (d : nat) (h : F -> F) (v : F) : Prop :=
  exists parts : nat -> F,
    (forall j, (j < d)%N -> integral (knot j) (knot j.+1) h (parts j)) /\ v = \sum_(j < d) parts j.

(** The values [e_0, ..., e_d] in increasing order. *)
Definition sorted_values (e : nat -> F) (d j : nat) : F := nth 0 (sort <=%R [seq e z | z <- iota 0 d.+1]) j.

End Definitions.

(** ** Complete homogeneous symmetric polynomials *)

Section Complete.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Implicit Types (e : nat -> F) (s : seq F) (x y : F) (n k : nat).

Local Notation h := complete_symmetric.

Lemma complete_ext e e' n k : (forall z, (z <= n)%N -> e z = e' z) -> h e n k = h e' n k.
Proof.
elim: n k => [|n IH] k same /=; first by rewrite same.
by apply: eq_bigr => j _; rewrite same // IH // => z le_z; apply: same; apply: leqW.
Qed.

Lemma complete_last e n k : h e n.+1 k.+1 = h e n k.+1 + e n.+1 * h e n.+1 k.
Proof.
rewrite /= big_ord_recr /= subnn expr0 mulr1 addrC mulr_sumr; congr (_ + _); apply: eq_bigr => j _.
by rewrite subSn ?exprS 1?mulrCA // -ltnS.
Qed.

Lemma complete_first e n k : h e n.+1 k.+1 = h (fun z => e z.+1) n k.+1 + e 0%N * h e n.+1 k.
Proof.
elim: n k => [|n IH] k.
  elim: k => [|k IHk]; first by rewrite complete_last !complete_0 !mulr1 /= !expr1 addrC.
  have at0 c j : h c 0 j = c 0%N ^+ j by [].
  rewrite complete_last [in LHS]IHk (complete_last e 0 k) !at0 !exprS.
  move: (h e 1 k) (e 0%N ^+ k) (e 1%N ^+ k) => m a b; normal_ring F.
elim: k => [|k IHk]; first by rewrite complete_last IH (complete_last _ n 0) !complete_0 !mulr1 addrAC.
rewrite complete_last IH [in LHS]IHk (complete_last _ n k.+1) (complete_last e n.+1 k).
move: (h _ n k.+2) (h e n.+1 k.+1) (h _ n.+1 k.+1) (h e n.+2 k) => a b c x; normal_ring F.
Qed.

(** The same of a list. *)
Fixpoint complete s k : F := if s is x :: s' then \sum_(j < k.+1) complete s' j * x ^+ (k - j) else (k == 0%N)%:R.

Lemma complete0 s : complete s 0 = 1.
Proof. by elim: s => //= x s IH; rewrite big_ord1 IH mulr1. Qed.

Lemma completeS x s k : complete (x :: s) k.+1 = complete s k.+1 + x * complete (x :: s) k.
Proof.
rewrite /= big_ord_recr /= subnn expr0 mulr1 addrC mulr_sumr; congr (_ + _); apply: eq_bigr => j _.
by rewrite subSn ?exprS 1?mulrCA // -ltnS.
Qed.

Lemma complete_tail x s s' : complete s =1 complete s' -> complete (x :: s) =1 complete (x :: s').
Proof. by move=> same k /=; apply: eq_bigr => j _; rewrite same. Qed.

Lemma complete_swap x y s : complete [:: x, y & s] =1 complete [:: y, x & s].
Proof.
elim/ltn_ind => -[|[|k]] IH; first by rewrite !complete0.
  by rewrite 2!completeS !complete0 [in RHS]completeS [in RHS]completeS !complete0 !mulr1 addrAC.
have now := IH k.+1 (leqnn _); have before := IH k (leqW (leqnn _)).
rewrite 2!completeS [RHS]completeS [complete (x :: s) _.+2]completeS -now.
rewrite [complete [:: x, y & s] k.+1]completeS {1}[X in x * X]addrC.
have : complete (x :: s) k.+1 = complete [:: x, y & s] k.+1 - y * complete [:: x, y & s] k.
  by rewrite now before [complete (y :: _) _]completeS addrK.
rewrite [complete [:: x, y & s] k.+1]completeS => ->.
move: (complete s _) (complete (y :: s) _) (complete _ k) => a b c; normal_ring F.
Qed.

Lemma complete_middle s x s' : complete (s ++ x :: s') =1 complete (x :: s ++ s').
Proof.
elim: s => // y s IH k; rewrite (complete_tail y IH) complete_swap //.
Qed.

Lemma complete_perm s s' : perm_eq s s' -> complete s =1 complete s'.
Proof.
elim: s s' => [|x s IH] s'; first by rewrite perm_sym => /perm_nilP ->.
move=> same k; have in_x : x \in s' by rewrite -(perm_mem same) mem_head.
case/splitPr: in_x same => p1 p2; rewrite -(cat1s x p2) perm_sym perm_catCA perm_sym perm_cons => same.
by rewrite complete_middle; apply: complete_tail; apply: IH.
Qed.

Lemma complete_list e n : h e n =1 complete (rev [seq e z | z <- iota 0 n.+1]).
Proof.
elim: n => [|n IH] k.
  rewrite /= big_ord_recl /= subn0 mul1r big1 ?addr0 // => j _; by rewrite mul0r.
have -> : iota 0 n.+2 = rcons (iota 0 n.+1) n.+1 by rewrite -cats1 -[n.+2]addn1 iotaD.
rewrite map_rcons rev_rcons; transitivity (\sum_(j < k.+1) h e n j * e n.+1 ^+ (k - j)) => //.
by under eq_bigr do rewrite IH.
Qed.

Lemma complete_sorted e n k : h (sorted_values e n) n k = h e n k.
Proof.
rewrite !complete_list; apply: complete_perm; rewrite perm_rev perm_sym perm_rev perm_sym.
have size_s : size (sort <=%R [seq e z | z <- iota 0 n.+1]) = n.+1 by rewrite size_sort size_map size_iota.
by rewrite /sorted_values -{2}size_s map_nth_iota0 ?size_s // take_oversize ?size_s // perm_sort.
Qed.

Lemma complete_constant e a n k : (forall z, (z <= n)%N -> e z = a) -> h e n k = 'C(n + k, k)%:R * a ^+ k.
Proof.
elim: n k => [|n IH] k same; first by rewrite /= same // add0n binn mul1r.
elim: k => [|k IHk]; first by rewrite complete_0 bin0 mulr1.
rewrite complete_last IHk IH ?same // => [|z /leqW]; last exact: same.
by rewrite !addnS !addSn [in RHS]binS natrD mulrDl; congr (_ + _); rewrite exprS mulrCA.
Qed.

End Complete.

(** ** The integrals along the recursion *)

Section Recursion.

Variables (F : realFieldType) (knot : nat -> F) (d : nat).
Add Field F_field : (field_laws F).
Hypothesis sorted_knots : forall i j, (i <= j <= d)%N -> knot i <= knot j.
Implicit Types (i n k : nat) (f g : F -> F) (v w x y : F).

Local Notation over f v := (integral_over_knots knot d f v).

Lemma over_unique f v w : over f v -> over f w -> v = w.
Proof.
move=> [parts [each ->]] [parts' [each' ->]]; apply: eq_bigr => j _.
apply: (integral_unique _ _ (each j (ltn_ord j)) (each' j (ltn_ord j))) => //.
by rewrite sorted_knots // leqnSn ltn_ord.
Qed.

Lemma over_linear x y f g v w : over f v -> over g w -> over (fun t => x * f t + y * g t) (x * v + y * w).
Proof.
move=> [parts [each ->]] [parts' [each' ->]]; exists (fun j => x * parts j + y * parts' j); split=> [j lt_jd|].
  exact: integral_linear (each j lt_jd) (each' j lt_jd).
by rewrite big_split !mulr_sumr.
Qed.

Lemma over_ext f g v w : (forall t, f t = g t) -> v = w -> over f v -> over g w.
Proof.
move=> same <- [parts [each ->]]; exists parts; split=> // j /each[P [def_f ->]].
by exists P; split=> // t range; rewrite -same def_f.
Qed.

(** [h_k(t_i, ..., t_(i+n))]. *)
Definition complete_of i n k : F := complete_symmetric (fun z => knot (i + z)%N) n k.

Definition basis_moment n i k : F :=
  (knot (i + n).+1%N - knot i) / n.+1%:R * (complete_of i n.+1 k / 'C(n.+1 + k, k)%:R).

Lemma moment_of_indicator i k : (i < d)%N -> over (fun t => t ^+ k * basis_spline knot 0 i t) (basis_moment 0 i k).
Proof.
move=> lt_id; exists (fun j => (j == i)%:R * basis_moment 0 i k); split; last first.
  rewrite (bigD1 (Ordinal lt_id)) //= eqxx mul1r big1 ?addr0 // => j ne.
  by rewrite (_ : (j == i :> nat) = false) ?mul0r //; apply: contraNF ne => /eqP same; apply/eqP/val_inj.
move=> j lt_jd; case: (ltngtP j i) => [lt_ji | lt_ij | -> {j lt_jd}].
- exists 0; rewrite !horner0 subrr mul0r; split=> // t /andP[_ lt_t].
  have /lt_geF out : t < knot i by apply: lt_le_trans lt_t _; rewrite sorted_knots // lt_ji ltnW.
  by rewrite deriv0 horner0 /= out mulr0.
- exists 0; rewrite !horner0 subrr mul0r; split=> // t /andP[le_t _].
  have /le_gtF out : knot i.+1 <= t by apply: le_trans le_t; rewrite sorted_knots // lt_ij ltnW.
  by rewrite deriv0 horner0 /= out andbF mulr0.
exists (k.+1%:R^-1 *: 'X^k.+1); have /eqP k_neq0 : k.+1%:R != 0 :> F by rewrite pnatr_eq0.
split=> [t range|].
  by rewrite /= range mulr1 derivZ derivXn hornerZ hornerMn hornerXn -[X in _ = _ * X]mulr_natl mulKf //; apply/eqP.
rewrite !hornerZ !hornerXn mul1r /basis_moment addn0 divr1 add1n binSn.
have powers m : knot i.+1 ^+ m.+1 - knot i ^+ m.+1 = (knot i.+1 - knot i) * complete_of i 1 m.
  elim: m => [|m IH]; first by rewrite !expr1 /complete_of complete_0 mulr1.
  rewrite /complete_of complete_last -/(complete_of i 1 m) mulrDr mulrCA -IH /= addn0 addn1 !exprS.
  move: (knot i ^+ m) (knot i.+1 ^+ m) => a b; normal_ring F.
by rewrite -mulrBr powers [RHS]mulrC [LHS]mulrA.
Qed.

Lemma bin_step n k :
  (n.+2 + k)%:R * 'C(n.+1 + k, k)%:R = n.+2%:R * 'C(n.+2 + k, k)%:R :> F /\
  k.+1%:R * 'C(n.+2 + k, k.+1)%:R = n.+2%:R * 'C(n.+2 + k, k)%:R :> F.
Proof.
rewrite -!natrM -[(n.+1 + k)%N]/(n.+2 + k).-1 mul_bin_down mul_bin_left addnK //.
Qed.

Lemma last_out i n k : complete_of i n.+1 k.+1 = complete_of i n k.+1 + knot (i + n.+1)%N * complete_of i n.+1 k.
Proof. exact: complete_last. Qed.

Lemma first_out i n k : complete_of i n.+1 k.+1 = complete_of i.+1 n k.+1 + knot i * complete_of i n.+1 k.
Proof.
rewrite {1}/complete_of complete_first addn0; congr (_ + _); apply: complete_ext => z _.
by rewrite addnS addSn.
Qed.

(** What one of the two terms of the recursion contributes; all knots may be equal. *)
Lemma contribution n i k x :
  (i + n < d)%N -> (x = knot i \/ x = knot (i + n).+1) ->
  (basis_moment n i k.+1 - x * basis_moment n i k) / (knot (i + n).+1%N - knot i)
  = (complete_of i n.+1 k.+1 / 'C(n.+1 + k.+1, k.+1)%:R - x * (complete_of i n.+1 k / 'C(n.+1 + k, k)%:R)) / n.+1%:R.
Proof.
move=> lt_d def_x; have n_neq0 : n.+1%:R != 0 :> F by rewrite pnatr_eq0.
rewrite /basis_moment; case: (eqVneq (knot (i + n).+1) (knot i)) => [same | differ].
  have at_i z : (z <= n.+1)%N -> knot (i + z)%N = knot i.
    move=> le_z; apply/eqP; rewrite eq_le [X in _ && X]sorted_knots ?andbT; last first.
      by rewrite leq_addr (leq_trans _ lt_d) // -addnS leq_add2l.
    by rewrite -same sorted_knots // lt_d -addnS leq_add2l le_z.
  have -> : x = knot i by case: def_x => ->.
  rewrite same subrr invr0 mulr0 /complete_of !(complete_constant _ at_i).
  have cancel (m : nat) (y : F) : (0 < m)%N -> m%:R * y / m%:R = y.
    by move=> m_gt0; rewrite mulrC mulKf // pnatr_eq0 -lt0n.
  by rewrite !cancel ?bin_gt0 ?leq_addl // exprS subrr mul0r.
have width_neq0 : knot (i + n).+1 - knot i != 0 by rewrite subr_eq0.
move: (complete_of _ _ _ / _) (complete_of _ _ _ / _) width_neq0 n_neq0 => a b /eqP width_neq0 /eqP n_neq0.
by normal_field F.
Qed.

Lemma moment_of_basis n i k :
  (i + n < d)%N -> over (fun t => t ^+ k * basis_spline knot n i t) (basis_moment n i k).
Proof.
elim: n i k => [|n IH] i k lt_d; first by apply: moment_of_indicator; rewrite -[i]addn0.
have lt_i : (i + n < d)%N by apply: leq_ltn_trans lt_d; rewrite leq_add2l.
have lt_i1 : (i.+1 + n < d)%N by rewrite addSnnS.
set a := knot i; set b := knot (i + n.+1).+1; pose u := (knot (i + n.+1)%N - a)^-1; pose u' := (b - knot i.+1)^-1.
have left := over_linear u (- (a * u)) (IH i k.+1 lt_i) (IH i k lt_i).
have right := over_linear (- u') (b * u') (IH i.+1 k.+1 lt_i1) (IH i.+1 k lt_i1).
apply: over_ext (over_linear 1 1 left right) => [t|].
  rewrite /= -/a -/b -/u -/u' exprS.
  move: (basis_spline knot n i t) (basis_spline knot n i.+1 t) (t ^+ k) => f g p; normal_ring F.
have from_left : u * basis_moment n i k.+1 + - (a * u) * basis_moment n i k
  = (complete_of i n.+1 k.+1 / 'C(n.+1 + k.+1, k.+1)%:R - a * (complete_of i n.+1 k / 'C(n.+1 + k, k)%:R)) / n.+1%:R.
  rewrite -(contribution k lt_i (or_introl erefl)) /u addnS -/a.
  move: (_^-1) => c; normal_ring F.
have from_right : - u' * basis_moment n i.+1 k.+1 + b * u' * basis_moment n i.+1 k
  = - ((complete_of i.+1 n.+1 k.+1 / 'C(n.+1 + k.+1, k.+1)%:R
        - b * (complete_of i.+1 n.+1 k / 'C(n.+1 + k, k)%:R)) / n.+1%:R).
  have def_b : b = knot (i.+1 + n).+1 by rewrite /b addnS addSn.
  rewrite -(contribution k lt_i1 (or_intror def_b)) /u' def_b.
  move: (_^-1) => c; normal_ring F.
rewrite !mul1r from_left from_right /basis_moment -/a -/b.
have def_b : knot (i + n.+2)%N = b by rewrite /b !addnS.
have without_b m : complete_of i n.+1 m.+1 = complete_of i n.+2 m.+1 - b * complete_of i n.+2 m.
  by rewrite (last_out i n.+1) def_b addrK.
have without_a m : complete_of i.+1 n.+1 m.+1 = complete_of i n.+2 m.+1 - a * complete_of i n.+2 m.
  by rewrite (first_out i n.+1) addrK.
have up : b * complete_of i.+1 n.+1 k - a * complete_of i n.+1 k = (b - a) * complete_of i n.+2 k.
  case: (k) => [|m]; first by rewrite /complete_of !complete_0 !mulr1.
  rewrite without_a without_b; move: (complete_of i n.+2 m.+1) (complete_of i n.+2 m) => x y; normal_ring F.
rewrite -(addSnnS n.+1 k).
transitivity (((b * complete_of i.+1 n.+1 k - a * complete_of i n.+1 k) / 'C(n.+1 + k, k)%:R
               - (complete_of i.+1 n.+1 k.+1 - complete_of i n.+1 k.+1) / 'C(n.+2 + k, k.+1)%:R) / n.+1%:R).
  move: (complete_of i n.+1 k.+1) (complete_of i.+1 n.+1 k.+1) => x x'.
  move: (complete_of i n.+1 k) (complete_of i.+1 n.+1 k) => y y'.
  move: ('C(_, k)%:R^-1) ('C(_, k.+1)%:R^-1) (n.+1%:R^-1) => c c' m; normal_ring F.
rewrite up without_a without_b; move: (complete_of i n.+2 k) (complete_of i n.+2 k.+1) => s s1.
have [step1 step2] := bin_step n k.
have C_neq0 : 'C(n.+2 + k, k)%:R != 0 :> F by rewrite pnatr_eq0 -lt0n bin_gt0 leq_addl.
have N_neq0 : (n.+2 + k)%:R != 0 :> F by rewrite pnatr_eq0.
have k_neq0 : k.+1%:R != 0 :> F by rewrite pnatr_eq0.
have n2_neq0 : n.+2%:R != 0 :> F by rewrite pnatr_eq0.
have n1_neq0 : n.+1%:R != 0 :> F by rewrite pnatr_eq0.
have -> : 'C(n.+1 + k, k)%:R = n.+2%:R * 'C(n.+2 + k, k)%:R / (n.+2 + k)%:R :> F by rewrite -step1 mulrC mulKf.
have -> : 'C(n.+2 + k, k.+1)%:R = n.+2%:R * 'C(n.+2 + k, k)%:R / k.+1%:R :> F by rewrite -step2 mulrC mulKf.
move: C_neq0 N_neq0 k_neq0 n2_neq0 n1_neq0; have -> : (n.+2 + k)%:R = n.+1%:R + k.+1%:R :> F by rewrite -natrD addSnnS.
have -> : n.+2%:R = n.+1%:R + 1 :> F by rewrite -[n.+2]addn1 natrD.
move: ('C(_, _)%:R : F) (n.+1%:R : F) (k.+1%:R : F) => c N K /eqP c0 /eqP NK0 /eqP K0 /eqP N10 /eqP N0.
by normal_field F; do !split.
Qed.

Lemma b_spline_moment k :
  (0 < d)%N -> knot d != knot 0%N ->
  over (fun t => t ^+ k * b_spline knot d t) (complete_symmetric knot d k / 'C(d + k, k)%:R).
Proof.
move=> d_gt0 differ; have lt_d : (0 + d.-1 < d)%N by rewrite add0n prednK.
have basis := moment_of_basis k lt_d; pose c := d%:R / (knot d - knot 0%N).
apply: over_ext (over_linear c 0 basis basis) => [t|]; rewrite mul0r addr0; first by rewrite /b_spline mulrCA.
rewrite /basis_moment add0n prednK // /c mulrA.
have -> : d%:R / (knot d - knot 0%N) * ((knot d - knot 0%N) / d%:R) = 1 :> F.
  by rewrite mulrA divfK ?divff // ?subr_eq0 // pnatr_eq0 -lt0n.
by rewrite mul1r; congr (_ / _); apply: complete_ext => z _; rewrite add0n.
Qed.

End Recursion.

(** ** The law of the residual *)

Lemma sorted_values_sorted (F : realFieldType) (e : nat -> F) (d i j : nat) :
  (i <= j <= d)%N -> sorted_values e d i <= sorted_values e d j.
Proof.
case/andP=> le_ij le_jd; have size_s : size (sort <=%R [seq e z | z <- iota 0 d.+1]) = d.+1.
  by rewrite size_sort size_map size_iota.
apply: (sorted_leq_nth le_trans lexx) => //; rewrite ?inE ?size_s ?ltnS ?(leq_trans le_ij) //.
by apply: sort_sorted => x y; apply: le_total.
Qed.

(** If all values are equal, adding a constant gives the maximum, which is impossible. *)
Lemma values_differ (F : realFieldType) (d : nat) (R : seq nat) (beta : nat -> F) :
  (0 < d)%N -> uniq R -> (forall r, r \in R -> (r <= d)%N) -> d \notin R ->
  sorted_values (residual d R beta) d d != sorted_values (residual d R beta) d 0.
Proof.
move=> d_gt0 uniq_R upto notin; apply/eqP => same; set e := residual d R beta in same.
pose c := sorted_values e d 0; pose s := sort <=%R [seq e z | z <- iota 0 d.+1].
have size_s : size s = d.+1 by rewrite size_sort size_map size_iota.
have constant z : (z <= d)%N -> e z = c.
  move=> le_zd; have /(nthP 0)[j lt_j <-] : e z \in s by rewrite mem_sort map_f // mem_iota ltnS.
  rewrite size_s ltnS in lt_j; apply/eqP; rewrite eq_le -/(sorted_values e d j).
  by rewrite -[X in _ <= X]same !sorted_values_sorted ?lt_j ?leqnn // /c sorted_values_sorted.
have : 2%:R ^- d <= 0 :> F; last by rewrite leNgt invr_gt0 exprn_gt0 // ltr0n.
apply/(FullSet.full_set _ d_gt0).
exists (fun r => (if r \in R then beta r else 0) + (if r == 0%N then c else 0)) => z le_zd.
rewrite /residual (_ : estimate d (iota 0 d) _ z = estimate d R beta z + c).
  by rewrite opprD addrA -/(residual d R beta z) -/e constant // subrr normr0.
rewrite /estimate; under eq_bigr do rewrite mulrDl; rewrite big_split; congr (_ + _).
  rewrite (eq_bigr (fun r => if r \in R then beta r * feature F d r z else 0)) => [|r _]; last first.
    by case: (r \in R); rewrite ?mul0r.
  rewrite -big_mkcond -big_filter; apply: perm_big; apply: uniq_perm => //; first by rewrite filter_uniq ?iota_uniq.
  move=> r; rewrite mem_filter mem_iota /= add0n; case in_R: (r \in R) => //=.
  by rewrite ltn_neqAle upto // andbT; apply: contraNneq notin => <-.
case: (d) d_gt0 => // d' _; rewrite /= big_cons eqxx /feature eqxx mulr1 big1_seq ?addr0 // => r /andP[_].
by rewrite mem_iota => /andP[r_gt0 _]; rewrite gtn_eqF ?mul0r.
Qed.

(** Theorem: for sorted knots t_0 <= ... <= t_d that are not all equal, the k-th moment of their B-spline is
    h_k(t_0, ..., t_d)/C(d+k,k). *)
Theorem b_spline_moments (F : realFieldType) (knot : nat -> F) (d k : nat) (m : F) :
  (forall i j, (i <= j <= d)%N -> knot i <= knot j) -> (0 < d)%N -> knot d != knot 0%N ->
  integral_over_knots knot d (fun t => t ^+ k * b_spline knot d t) m <->
  m = complete_symmetric knot d k / 'C(d + k, k)%:R.
Proof.
move=> sorted_knots d_gt0 differ; have moment := b_spline_moment sorted_knots k d_gt0 differ.
by split=> [other | -> //]; apply: over_unique sorted_knots _ _ _ other moment.
Qed.

(** Theorem: if the maximum is not one of the orders, the values e_z of the residual at the vertices are not all equal;
    the k-th moment of the B-spline whose knots they are is h_k(e_0, ..., e_d)/C(d+k,k), as is the k-th moment of the
    residual for inputs uniform on the cube. *)
Theorem residual_law (F : realFieldType) (d : nat) (R : seq nat) (beta : nat -> F) (k : nat) (m : F) :
  (0 < d)%N -> uniq R -> (forall r, r \in R -> (r <= d)%N) -> d \notin R ->
  let knot := sorted_values (residual d R beta) d in
  [/\ knot d != knot 0%N,
      integral_over_knots knot d (fun t => t ^+ k * b_spline knot d t) m <->
        m = complete_symmetric (residual d R beta) d k / 'C(d + k, k)%:R
    & uniform_mean (fun x : 'I_d -> F => residual_at R beta x ^+ k) m <->
        m = complete_symmetric (residual d R beta) d k / 'C(d + k, k)%:R].
Proof.
move=> d_gt0 uniq_R upto notin knot; have differ := values_differ beta d_gt0 uniq_R upto notin.
split=> //; last exact: residual_moment.
rewrite -complete_sorted; apply: b_spline_moments => // i j; exact: sorted_values_sorted.
Qed.
