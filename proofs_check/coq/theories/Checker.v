(** A checker of certificates of optimality over the integers, and the proof that it is sound.

    Kernel size d, orders R. At a 0/1 vector with z zeros the maximum is t_z = [z < d], and the mean subpool maximum of
    order r is phi_r(z) = 1 - C(z,r)/C(d,r), with phi_0 = 1. A certificate has coefficients beta, an error E and dual
    weights w. The checker multiplies everything by common denominators S and T, and then only adds, except for two
    multiplications for each order:

    - S (e_z - t_z) is a combination of the C(z,r), r in R, with integer coefficients: a polynomial in z, whose values
      at 0, 1, 2, ... come from its differences at 0 by Pascal's rule;
    - the sums over z of T w_z C(z,r) are the coefficients of the sum of T w_z (1 + X)^z, which Horner's rule finds.

    That the errors stay below E needs the first alone, that no coefficients do better the second alone. [Optimal.v] has
    the statement, which is about all vectors of the cube. *)

From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Classes Optimal.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.

(** [%Z] is taken by MathComp's own integers. *)
Local Delimit Scope Z_scope with z.

(** * Fractions of a certificate in an ordered field *)

(** The fraction p/q at the index i, an order or a number of zeros. *)
Local Notation indexed := (nat * Z * Z)%type.
Definition entry (i : nat) (p q : Z) : indexed := (i, p, q).

Section Fractions.

Variable F : realFieldType.

Local Open Scope ring_scope.

(** The integer z. *)
Definition of_Z (z : Z) : F :=
  match z with
  | Z0 => 0
  | Zpos p => (Pos.to_nat p)%:R
  | Zneg p => - (Pos.to_nat p)%:R
  end.

(** The fraction p/q. *)
Definition ratio (p q : Z) : F := of_Z p / of_Z q.

(** The coefficient of order r in a list of fractions. *)
Definition coefficients (c : seq indexed) (r : nat) : F := \sum_(t <- c | t.1.1 == r) ratio t.1.2 t.2.

End Fractions.

(** * The checker *)

(** The numerators of the fractions over the common denominator S, those of order r divided by [divisor r]; rounded
    where this is not an integer, which [exact] notices. *)
Definition numerator (divisor : nat -> Z) (S : Z) (t : indexed) : Z := Z.div (t.1.2 * S) (t.2 * divisor t.1.1).

Definition exact (divisor : nat -> Z) (S : Z) (t : indexed) : bool :=
  Z.ltb 0 t.2 && Z.eqb (numerator divisor S t * (t.2 * divisor t.1.1)) (t.1.2 * S).

Definition numerators (divisor : nat -> Z) (S : Z) (c : seq indexed) : seq (nat * Z) :=
  [seq (t.1.1, numerator divisor S t) | t <- c].

Definition sum (s : seq Z) : Z := foldr Z.add 0%z s.

(** The sums of neighbours, with [before] to the left of the row and 0 to its right. *)
Fixpoint add_neighbours (before : Z) (row : seq Z) : seq Z :=
  match row with
  | [::] => [:: before]
  | a :: rest => Z.add before a :: add_neighbours a rest
  end.

(** Row d of Pascal's triangle. *)
Definition binomials (d : nat) : seq Z := iter d (add_neighbours 0%z) [:: 1%z].

(** The list v with x added in place i. *)
Fixpoint add_at (i : nat) (x : Z) (v : seq Z) : seq Z :=
  match i, v with
  | 0, [::] => [:: x]
  | 0, a :: rest => Z.add x a :: rest
  | j.+1, [::] => 0%z :: add_at j x [::]
  | j.+1, a :: rest => a :: add_at j x rest
  end.

Definition scatter (c : seq (nat * Z)) : seq Z := foldr (fun t => add_at t.1 t.2) [::] c.

(** From the differences of a polynomial at z to those at z + 1; the first is its value. *)
Fixpoint next (v : seq Z) : seq Z :=
  match v with
  | [::] => [::]
  | a :: rest => Z.add a (head 0%z rest) :: next rest
  end.

(** The sums over z of w_z C(z,r), for r = 0, 1, ... *)
Definition moments (w : seq Z) : seq Z := foldr (fun x m => add_at 0 x (add_neighbours 0%z m)) [::] w.

Definition vertex (inner : bool) (d z : nat) : bool := if inner then 0 < z < d else z <= d.

(** |S e_z| <= S E at all vertices. *)
Definition check_primal (inner : bool) (d : nat) (C : nat -> Z) (c : seq indexed) (S p q : Z) : bool :=
  let n := numerators C S c in
  let total := sum [seq Z.mul t.2 (C t.1) | t <- n] in
  let differences := add_at 0 (Z.opp total) (scatter [seq t <- n | t.1 != 0]) in
  let values := zip (iota 0 d.+1) (traject next differences d.+1) in
  [&& Z.ltb 0 S, all (exact C S) c
    & all (fun zv => vertex inner d zv.1 ==>
        Z.leb (Z.mul (Z.abs (Z.add (if zv.1 < d then S else 0%z) (head 0%z zv.2))) q) (Z.mul p S)) values].

(** The weights have total size 1, annihilate all residuals of the class but that of 0, and send it to E or -E. *)
Definition check_dual (inner : bool) (d : nat) (C : nat -> Z) (R : seq nat) (w : seq indexed) (T p q : Z) : bool :=
  let n := numerators (fun _ => 1%z) T w in
  let m := moments (scatter n) in
  let moment := nth 0%z m in
  let value := sum [seq t.2 | t <- n & t.1 < d] in
  [&& Z.ltb 0 T, all (exact (fun _ => 1%z) T) w, all (fun t => vertex inner d t.1) n,
      Z.eqb (sum [seq Z.abs t.2 | t <- n]) T
    & if inner then
        let right (s : Z) := all (fun r => Z.eqb (Z.mul (moment r) q) (Z.mul s (Z.mul (Z.mul p T) (C r)))) R in
        right 1%z || right (-1)%z
      else
        all (fun r => Z.eqb (if r == 0 then 0%z else moment r) (Z.mul (moment 0) (C r))) R
        && Z.eqb (Z.mul (Z.abs value) q) (Z.mul p T)].

(** The checker: of coefficients c for the orders R with error p/q, and of dual weights w, with common denominators S
    and T. No error lies below 0, so that dual weights are not needed where it is 0. *)
Definition check (inner : bool) (d : nat) (R : seq nat) (c : seq indexed) (p q S : Z) (w : seq indexed) (T : Z) : bool :=
  let row := binomials d in
  let C := nth 0%z row in
  [&& 1 < d, uniq R, R == [seq t.1.1 | t <- c], all (fun r => ~~ (inner && (r == 0)) && (r <= d)) R,
      Z.ltb 0 q, inner ==> Z.eqb (sum [seq Z.mul t.2 (C t.1) | t <- numerators C S c]) S,
      check_primal inner d C c S p q
    & (nilp w && Z.eqb p 0) || check_dual inner d C R w T p q].

(** * Integers in an ordered field *)

(** Lists of integers have members. *)
Lemma Z_eqP : Equality.axiom Z.eqb.
Proof. by move=> y z; apply: (iffP idP) => /Z.eqb_eq. Qed.

Canonical Z_eqType := EqType Z (EqMixin Z_eqP).

Section Soundness.

Variable F : realFieldType.

Local Notation "[ z ]" := (of_Z F z).

Lemma of_Z_sub (a b : nat) : [ (Z.of_nat a - Z.of_nat b)%z ] = (a%:R - b%:R)%R.
Proof.
case E: (Z.of_nat a - Z.of_nat b)%z => [|p|p] /=.
- by rewrite (_ : a = b) ?subrr //; lia.
- by rewrite (_ : a = Pos.to_nat p + b) ?natrD ?addrK // -plusE; lia.
- by rewrite (_ : b = Pos.to_nat p + a) ?natrD ?opprD 1?addrCA ?subrr ?addr0 // -plusE; lia.
Qed.

Lemma as_difference (z : Z) : {ab | z = (Z.of_nat ab.1 - Z.of_nat ab.2)%z}.
Proof. by exists (Z.to_nat z, Z.to_nat (- z)%z) => /=; lia. Qed.

Lemma of_Z_nat n : [Z.of_nat n] = n%:R%R.
Proof. by have := of_Z_sub n 0; rewrite subr0 Z.sub_0_r. Qed.

Lemma of_ZD y z : [(y + z)%z] = ([y] + [z])%R.
Proof.
have [[a b] /= ->] := as_difference y; have [[a' b'] /= ->] := as_difference z.
have -> : (Z.of_nat a - Z.of_nat b + (Z.of_nat a' - Z.of_nat b') = Z.of_nat (a + a') - Z.of_nat (b + b'))%z.
  by rewrite -!plusE; lia.
by rewrite !of_Z_sub !natrD opprD addrACA.
Qed.

Lemma of_ZN z : [(- z)%z] = (- [z])%R.
Proof. by case: z => [|p|p] /=; rewrite ?oppr0 ?opprK. Qed.

Lemma of_ZM y z : [(y * z)%z] = ([y] * [z])%R.
Proof.
by case: y => [|p|p]; case: z => [|q|q] /=; rewrite ?mul0r ?mulr0 ?mulrNN ?mulNr ?mulrN // Pos2Nat.inj_mul multE natrM.
Qed.

Lemma of_Z_norm z : [Z.abs z] = `|[z]|%R.
Proof. by case: z => [|p|p] /=; rewrite ?normr0 ?normrN ?normr_nat. Qed.

Lemma of_Z_ge0 z : Z.leb 0 z -> (0 <= [z])%R.
Proof. by case: z => [|p|p] //=; rewrite ler0n. Qed.

Lemma of_Z_gt0 z : Z.ltb 0 z -> (0 < [z])%R.
Proof. by case: z => [|p|p] //= _; rewrite ltr0n; have := Pos2Nat.is_pos p; case: (Pos.to_nat p) => // /Nat.lt_irrefl. Qed.

Lemma of_Z_le y z : Z.leb y z -> ([y] <= [z])%R.
Proof.
move=> /Z.leb_le le_yz; rewrite -subr_ge0 -of_ZN -of_ZD; apply: of_Z_ge0.
by apply/Z.leb_le; lia.
Qed.

Lemma of_Z_eq y z : Z.eqb y z -> [y] = [z].
Proof. by move/Z.eqb_eq => ->. Qed.

Lemma of_Z_sum s : [sum s] = (\sum_(z <- s) [z])%R.
Proof. by elim: s => [|z s IH] /=; rewrite ?big_nil // big_cons of_ZD IH. Qed.

(** * Sums over lists *)

Local Open Scope ring_scope.

(** The sum of v_i g(i). *)
Fixpoint pair (g : nat -> F) (v : seq Z) : F :=
  match v with
  | [::] => 0
  | a :: rest => [a] * g 0%N + pair (fun i => g i.+1) rest
  end.

Lemma eq_pair g h v : g =1 h -> pair g v = pair h v.
Proof. by elim: v g h => [|a v IH] g h eq_gh //=; rewrite eq_gh (IH _ (fun i => h i.+1)) // => i; apply: eq_gh. Qed.

Lemma pairD g h v : pair (fun i => g i + h i) v = pair g v + pair h v.
Proof. by elim: v g h => [|a v IH] g h /=; rewrite ?addr0 // IH mulrDr addrACA. Qed.

Lemma pair_add_at g i x v : pair g (add_at i x v) = [x] * g i + pair g v.
Proof.
elim: i g v => [|i IH] g [|a v] //=; rewrite ?addr0 //.
- by rewrite of_ZD mulrDl addrA.
- by rewrite mul0r add0r IH /= addr0.
- by rewrite IH addrCA.
Qed.

Lemma pair_scatter g n : pair g (scatter n) = \sum_(t <- n) [t.2] * g t.1.
Proof. by elim: n => [|t n IH] /=; rewrite ?big_nil // big_cons pair_add_at IH. Qed.

Lemma pair_at0 x v : pair (fun i => if i == 0%N then x else 0) v = [head 0%z v] * x.
Proof.
case: v => [|a v] /=; first by rewrite mul0r.
rewrite [X in _ + X](_ : _ = 0) ?addr0 //.
by elim: v => //= b v; rewrite mulr0 add0r.
Qed.

(** [next] applies Pascal's rule. *)
Lemma pair_next g v :
  pair g (next v) = pair (fun i => g i + (if i is j.+1 then g j else 0)) v.
Proof.
elim: v g => [|a v IH] g //=.
rewrite IH of_ZD mulrDl -addrA addr0; congr (_ + _).
rewrite -pair_at0 -pairD; apply: eq_pair => i /=.
by rewrite addrCA; congr (_ + _); case: i => [|i] /=; rewrite ?addr0 ?add0r.
Qed.

Lemma pair_value z v : [head 0%z (iter z next v)] = pair (fun r => 'C(z, r)%:R) v.
Proof.
elim: z v => [|z IH] v; last first.
  rewrite iterSr IH pair_next; apply: eq_pair => -[|r]; first by rewrite !bin0 addr0.
  by rewrite binS natrD.
rewrite -[LHS]mulr1 -pair_at0; apply: eq_pair => -[|r]; first by rewrite bin0.
by rewrite bin_small.
Qed.

Lemma nth_add_neighbours b row r :
  nth 0%z (add_neighbours b row) r = (nth 0%z (b :: row) r + nth 0%z row r)%z.
Proof.
elim: row b r => [|a row IH] b [|r] //=; first by rewrite Z.add_0_r.
by rewrite nth_nil.
Qed.

Lemma nth_add_first x v r : nth 0%z (add_at 0 x v) r = ((if r == 0%N then x else 0) + nth 0%z v r)%z.
Proof. by case: v r => [|a v] [|r] //=; rewrite ?nth_nil // Z.add_0_r. Qed.

Lemma nth_binomials d r : nth 0%z (binomials d) r = Z.of_nat 'C(d, r).
Proof.
rewrite /binomials; elim: d r => [|d IH] [|r]; rewrite ?bin0 //=; first by rewrite nth_nil.
- by rewrite nth_add_neighbours /= IH bin0.
- by rewrite nth_add_neighbours /= !IH binS -plusE Nat2Z.inj_add Z.add_comm.
Qed.

Lemma nth_moments w r : [nth 0%z (moments w) r] = pair (fun z => 'C(z, r)%:R) w.
Proof.
elim: w r => [|x w IH] r /=; first by rewrite nth_nil.
rewrite nth_add_first nth_add_neighbours !of_ZD.
case: r => [|r] /=; rewrite !IH /= ?mulr1 ?bin0 ?mulr1 ?add0r; first by congr (_ + _); apply: eq_pair => z; rewrite !bin0.
by rewrite bin_small // mulr0 add0r -pairD; apply: eq_pair => z; rewrite binS natrD addrC.
Qed.

(** * Soundness *)

Lemma ratio_numerator D S t : Z.ltb 0 S -> exact D S t -> ratio F t.1.2 t.2 * [S] = [numerator D S t] * [D t.1.1].
Proof.
move=> /of_Z_gt0 S_gt0 /andP [/of_Z_gt0 q_gt0 /of_Z_eq]; rewrite !of_ZM /ratio => same.
by rewrite mulrAC; apply: (canLR (mulfK (lt0r_neq0 q_gt0))); rewrite -same mulrAC mulrA.
Qed.

Lemma sum_coefficients c (g : nat -> F) : uniq [seq t.1.1 | t <- c] ->
  \sum_(r <- [seq t.1.1 | t <- c]) coefficients F c r * g r = \sum_(t <- c) ratio F t.1.2 t.2 * g t.1.1.
Proof.
move=> uniq_c; rewrite /coefficients; under eq_bigr do rewrite mulr_suml.
rewrite (exchange_big_dep predT) //=; apply: eq_big_seq => t in_c.
have listed : t.1.1 \in [seq u.1.1 | u <- c] by apply/mapP; exists t.
by rewrite big_mkcond (bigD1_seq t.1.1) //= eqxx big1 ?addr0 // => r /negbTE; rewrite eq_sym => ->.
Qed.

Variables (d : nat) (R : seq nat).

Let C := nth 0%z (binomials d).

Lemma C_bin r : [C r] = 'C(d, r)%:R.
Proof. by rewrite /C nth_binomials of_Z_nat. Qed.

Lemma C_neq0 r : (r <= d)%N -> 'C(d, r)%:R != 0 :> F.
Proof. by move=> le_rd; rewrite pnatr_eq0 -lt0n bin_gt0. Qed.

Lemma bin_feature r z : (r <= d)%N ->
  'C(d, r)%:R * feature F d r z = 'C(d, r)%:R - (if r != 0%N then 'C(z, r)%:R else 0).
Proof.
move=> le_rd; rewrite /feature; case: eqP => [_|_] /=; first by rewrite subr0 mulr1.
by rewrite mulrBr mulr1 mulrCA mulfV ?mulr1 // C_neq0.
Qed.

Section Primal.

Variables (c : seq indexed) (S : Z).
Hypotheses (orders : R = [seq t.1.1 | t <- c]) (uniq_orders : uniq R) (le_d : all (fun r => r <= d)%N R).
Hypotheses (S_gt0 : Z.ltb 0 S) (exact_c : all (exact C S) c).

Lemma scaled_sum g :
  [S] * (\sum_(r <- R) coefficients F c r * g r) = \sum_(t <- numerators C S c) [t.2] * ('C(d, t.1)%:R * g t.1).
Proof.
move: uniq_orders; rewrite orders => /sum_coefficients ->; rewrite mulr_sumr big_map /=.
apply: eq_big_seq => t in_c; rewrite mulrA [[S] * _]mulrC (@ratio_numerator C) ?(allP exact_c) //.
by rewrite C_bin mulrA.
Qed.

Lemma scaled_total : [S] * (\sum_(r <- R) coefficients F c r) = [sum [seq Z.mul t.2 (C t.1) | t <- numerators C S c]].
Proof.
have := scaled_sum (fun _ => 1); under eq_bigr do rewrite mulr1; move=> ->.
by rewrite of_Z_sum big_map; apply: eq_bigr => t _; rewrite of_ZM C_bin mulr1.
Qed.

Lemma scaled_estimate z :
  let n := numerators C S c in
  let total := sum [seq Z.mul t.2 (C t.1) | t <- n] in
  let differences := add_at 0 (Z.opp total) (scatter [seq t <- n | t.1 != 0%N]) in
  [S] * estimate d R (coefficients F c) z = - [head 0%z (iter z next differences)].
Proof.
move=> n total differences; rewrite /estimate scaled_sum pair_value pair_add_at pair_scatter bin0 mulr1 of_ZN.
rewrite opprD opprK of_Z_sum big_map big_filter -sumrN [X in _ + X]big_mkcond /= -big_split /=.
apply: eq_big_seq => t /mapP [u in_c ->] /=; rewrite bin_feature; last first.
  by apply: (allP le_d); rewrite orders; apply/mapP; exists u.
by rewrite mulrBr of_ZM C_bin; case: eqP => //= _; rewrite ?mulr0 ?oppr0.
Qed.

Lemma primal_sound inner p q :
    Z.ltb 0 q -> check_primal inner d C c S p q ->
  forall z, vertex inner d z -> `|residual d R (coefficients F c) z| <= ratio F p q.
Proof.
move=> /of_Z_gt0 q_gt0 /and3P [_ _ /allP below] z is_vertex.
have S_pos : 0 < [S] by apply: of_Z_gt0.
have le_zd : (z <= d)%N by move: is_vertex; rewrite /vertex; case: ifP => // _ /andP [_ /ltnW].
move: (scaled_estimate z) below; cbv zeta; set differences := add_at _ _ _ => scaled below.
have listed : (z, iter z next differences) \in zip (iota 0 d.+1) (traject next differences d.+1).
  have := @mem_nth _ (0%N, differences) (zip (iota 0 d.+1) (traject next differences d.+1)) z.
  rewrite size_zip size_iota size_traject minnn ltnS => /(_ le_zd).
  by rewrite nth_zip ?size_iota ?size_traject // nth_iota // nth_traject.
have /implyP /(_ is_vertex) /of_Z_le := below _ listed.
rewrite !of_ZM of_Z_norm of_ZD /= => bound.
rewrite /ratio ler_pdivl_mulr // -(ler_pmul2r S_pos); apply: le_trans bound.
rewrite mulrAC ler_pmul2r // -[X in _ * X](gtr0_norm S_pos) -normrM /residual mulrBl [_ * [S]]mulrC.
rewrite [estimate _ _ _ _ * _]mulrC scaled opprK /target ltn_neqAle le_zd andbT.
by case: eqP => _; rewrite ?mulr0 ?mulr1.
Qed.

End Primal.

Section Dual.

Variables (inner : bool) (w : seq indexed) (T p q : Z).
Hypotheses (d_gt1 : (1 < d)%N) (le_d : all (fun r => ~~ (inner && (r == 0%N)) && (r <= d)%N) R).
Hypotheses (q_gt0 : Z.ltb 0 q) (checked : check_dual inner d C R w T p q).

Let n := numerators (fun _ => 1%z) T w.

(** The residuals of any coefficients, weighted. *)
Definition weighted (g : nat -> F) : F := \sum_(t <- n) [t.2] * g t.1.

Lemma weightedB g h : weighted (fun z => g z - h z) = weighted g - weighted h.
Proof. by rewrite /weighted -sumrB; apply: eq_bigr => t _; rewrite mulrBr. Qed.

Lemma eq_weighted g h : g =1 h -> weighted g = weighted h.
Proof. by move=> eq_gh; apply: eq_bigr => t _; rewrite eq_gh. Qed.

Lemma weighted_binomial r : weighted (fun z => 'C(z, r)%:R) = [nth 0%z (moments (scatter n)) r].
Proof. by rewrite nth_moments pair_scatter. Qed.

Lemma weighted_feature r : (r <= d)%N ->
  'C(d, r)%:R * weighted (feature F d r)
    = 'C(d, r)%:R * weighted (fun _ => 1) - (if r != 0%N then weighted (fun z => 'C(z, r)%:R) else 0).
Proof.
move=> le_rd; rewrite /weighted !mulr_sumr; case: ifP => r_neq0.
  rewrite -sumrB; apply: eq_bigr => t _.
  by rewrite mulrCA bin_feature // r_neq0 mulrBr [in RHS]mulrCA mulr1.
rewrite subr0; apply: eq_bigr => t _.
by rewrite mulrCA bin_feature // r_neq0 subr0 [in RHS]mulrCA mulr1.
Qed.

Lemma weighted_estimate gamma : weighted (estimate d R gamma) = \sum_(r <- R) gamma r * weighted (feature F d r).
Proof.
rewrite /weighted /estimate; under eq_bigr do rewrite mulr_sumr.
rewrite exchange_big /=; apply: eq_bigr => r _; rewrite mulr_sumr; apply: eq_bigr => t _.
by rewrite mulrCA.
Qed.

(** The largest residual at a vertex is at least the weighted sum, as the weights have size 1. *)
Lemma some_vertex (g : nat -> F) : exists2 z, vertex inner d z & `|weighted g| <= [T] * `|g z|.
Proof.
have inside : {z0 : 'I_d.+1 | vertex inner d z0}.
  by exists (inord 1); rewrite inordK ?ltnS 1?ltnW // /vertex; case: (inner); rewrite ?d_gt1 ?(ltnW d_gt1).
case: inside => z0 is_vertex0.
have [z is_vertex largest] := @arg_maxP _ _ _ z0 (fun z : 'I_d.+1 => vertex inner d z) (fun z => `|g z|) is_vertex0.
exists z => //; have /and5P [_ _ /allP vertices /of_Z_eq <- _] := checked.
rewrite of_Z_sum big_map mulr_suml; apply: le_trans (ler_norm_sum _ _ _) _.
rewrite [X in X <= _]big_seq [X in _ <= X]big_seq; apply: ler_sum => t in_n.
rewrite normrM of_Z_norm ler_wpmul2l //.
have is_vertex_t := vertices _ in_n.
have lt_td : (t.1 < d.+1)%N.
  by rewrite ltnS; move: is_vertex_t; rewrite /vertex; case: ifP => // _ /andP [_ /ltnW].
by have := largest (Ordinal lt_td); apply.
Qed.

Lemma weighted_one : weighted (fun _ => 1) = [nth 0%z (moments (scatter n)) 0].
Proof. by rewrite -weighted_binomial; apply: eq_weighted => z; rewrite bin0. Qed.

Lemma T_gt0 : 0 < [T].
Proof. by have /and5P [/of_Z_gt0] := checked. Qed.

Lemma le_order r : r \in R -> (r <= d)%N.
Proof. by move=> /(allP le_d) /andP []. Qed.

Lemma le_zeros t : t \in n -> (t.1 <= d)%N.
Proof.
have /and5P [_ _ /allP vertices _ _] := checked => /vertices; rewrite /vertex.
by case: ifP => // _ /andP [_ /ltnW].
Qed.

Lemma weighted_target : weighted (target F d) = [sum [seq t.2 | t <- n & (t.1 < d)%N]].
Proof.
rewrite of_Z_sum big_map big_filter [in RHS]big_mkcond /=; apply: eq_big_seq => t /le_zeros.
by rewrite /target leq_eqVlt; case: eqP => [-> _|_ /= ->]; rewrite ?ltnn ?mulr0 ?mulr1.
Qed.

(** The weighted sum of the residuals is E or -E, for all coefficients of the class. *)
Lemma weighted_residual_cube gamma : inner = false ->
  `|weighted (residual d R gamma)| = ratio F p q * [T].
Proof.
move=> outer; have /and5P [_ _ _ _] := checked; rewrite outer => /andP [/allP zero /of_Z_eq value].
rewrite weightedB weighted_estimate weighted_target big1_seq ?subr0 => [|r /= /[dup] /le_order le_rd r_in].
  rewrite /ratio mulrAC; apply: (canRL (mulfK (lt0r_neq0 (of_Z_gt0 q_gt0)))).
  by rewrite -of_Z_norm -!of_ZM.
apply/eqP; rewrite mulf_eq0; apply/orP; right; rewrite -(mulrI_eq0 _ (mulfI (C_neq0 le_rd))).
rewrite weighted_feature // weighted_one weighted_binomial mulrC -C_bin -of_ZM -(of_Z_eq (zero _ r_in)).
by case: (r == 0%N); rewrite /= ?subr0 ?subrr.
Qed.

Lemma weighted_residual_range gamma : inner -> \sum_(r <- R) gamma r = 1 ->
  `|weighted (residual d R gamma)| = `|ratio F p q * [T]|.
Proof.
move=> is_inner total; have q_neq0 := lt0r_neq0 (of_Z_gt0 q_gt0).
have /and5P [_ _ /allP vertices _] := checked; rewrite is_inner in vertices *; move=> /orP right.
have [s [s_one moment]] : exists s : F, `|s| = 1 /\
    forall r, r \in R -> [nth 0%z (moments (scatter n)) r] * [q] = s * ([p] * [T] * 'C(d, r)%:R).
  by case: right => /allP right; [exists 1 | exists (-1)]; rewrite ?normrN normr1; split=> // r r_in;
    have /of_Z_eq := right _ r_in; rewrite !of_ZM C_bin.
have feature_sum r : r \in R -> weighted (feature F d r) = weighted (fun _ => 1) - s * (ratio F p q * [T]).
  move=> r_in; apply: (mulfI (C_neq0 (le_order r_in))); rewrite weighted_feature ?le_order // mulrBr.
  have -> : r != 0%N by have := allP le_d _ r_in; rewrite is_inner; case: (r == 0%N).
  congr (_ - _); rewrite weighted_binomial; apply: (mulIf q_neq0); rewrite moment // /ratio.
  by rewrite (mulrAC [p] _ [T]) !mulrA divfK // mulrC !mulrA.
have -> : weighted (residual d R gamma) = s * (ratio F p q * [T]).
  rewrite weightedB weighted_estimate (eq_big_seq _ (fun r r_in => congr1 (fun u => gamma r * u) (feature_sum r r_in))).
  rewrite -mulr_suml total mul1r opprB addrC addrAC -addrA [X in _ + X](_ : _ = 0) ?addr0 //.
  rewrite weighted_target of_Z_sum big_map big_filter big_mkcond; apply/eqP; rewrite subr_eq0; apply/eqP.
  by apply: eq_big_seq => t /vertices; rewrite /vertex => /andP [_ ->]; rewrite mulr1.
by rewrite normrM s_one mul1r.
Qed.

Lemma weighted_residual gamma : (inner -> \sum_(r <- R) gamma r = 1) ->
  ratio F p q * [T] <= `|weighted (residual d R gamma)|.
Proof.
case: (boolP inner) => [is_inner /(_ isT) total | /negbTE outer _].
  by rewrite weighted_residual_range // ler_norm.
by rewrite weighted_residual_cube.
Qed.

Lemma dual_sound gamma : (inner -> \sum_(r <- R) gamma r = 1) ->
  exists2 z, vertex inner d z & ratio F p q <= `|residual d R gamma z|.
Proof.
move=> /weighted_residual le_weighted; have [z is_vertex le_z] := some_vertex (residual d R gamma).
exists z => //; rewrite -(ler_pmul2r T_gt0) mulrC.
by rewrite [X in _ <= X]mulrC mulrC; apply: le_trans le_weighted le_z.
Qed.

End Dual.

Lemma zero_error inner q : (1 < d)%N -> Z.ltb 0 q -> forall gamma,
  exists2 z, vertex inner d z & ratio F 0 q <= `|residual d R gamma z|.
Proof.
move=> d_gt1 _ gamma; exists 1%N; last by rewrite /ratio mul0r normr_ge0.
by rewrite /vertex d_gt1 (ltnW d_gt1) if_same.
Qed.

End Soundness.

Section Theorems.

Variable F : realFieldType.

Local Open Scope ring_scope.

(** What an accepted certificate proves, with every 0/1 vector or only those that are not constant. *)
Lemma check_sound inner d R c p q S w T : check inner d R c p q S w T ->
  [/\ inner -> \sum_(r <- R) coefficients F c r = 1,
      forall z, vertex inner d z -> `|residual d R (coefficients F c) z| <= ratio F p q
    & forall gamma, (inner -> \sum_(r <- R) gamma r = 1) ->
        exists2 z, vertex inner d z & ratio F p q <= `|residual d R gamma z|].
Proof.
move=> /and5P [d_gt1 uniq_R /eqP orders le_d /and4P [q_gt0 total primal dual]].
have le_d' : all (fun r => r <= d)%N R by apply: sub_all le_d => r /andP [].
have /and3P [S_gt0 exact_c _] := primal.
split=> [is_inner | | gamma sum1].
- move: total; rewrite is_inner /= => /(of_Z_eq F); rewrite -(@scaled_total F d R) // => total.
  by apply: (mulfI (lt0r_neq0 (of_Z_gt0 F S_gt0))); rewrite total mulr1.
- exact: primal_sound primal.
- case/orP: dual => [/andP [_ /Z.eqb_eq ->] | dual]; first exact: zero_error.
  exact: dual_sound dual gamma sum1.
Qed.

Lemma check_orders inner d R c p q S w T : check inner d R c p q S w T ->
  (1 < d)%N /\ forall r, r \in R -> (r <= d)%N /\ (inner -> (0 < r)%N).
Proof.
move=> /and5P [d_gt1 _ _ /allP range _]; split=> // r /range /andP [inner_r ->]; split=> // is_inner.
by rewrite is_inner in inner_r; rewrite lt0n.
Qed.

End Theorems.

(** Theorem: a certificate for the cube [0,1]^d that the checker accepts has optimal coefficients and the least error. *)
Theorem cube_certificate (F : realFieldType) d R c p q S w T :
  check false d R c p q S w T -> optimal_cube F d R (coefficients F c) (ratio F p q).
Proof.
move=> accepted; have [d_gt1 range] := check_orders accepted; have [_ below above] := check_sound F accepted.
apply: optimal_cube_of_vertices; [exact: ltnW | by move=> r /range [] | exact: below |].
by move=> gamma; exact: above.
Qed.

(** Theorem: a certificate relative to the range of the inputs, all real vectors, that the checker accepts has optimal
    coefficients and the least error. *)
Theorem range_certificate (F : realFieldType) d R c p q S w T :
  check true d R c p q S w T -> optimal_range F d R (coefficients F c) (ratio F p q).
Proof.
move=> accepted; have [d_gt1 range] := check_orders accepted; have [total below above] := check_sound F accepted.
apply: optimal_range_of_vertices => //; [exact: ltnW | by move=> r /range [] | by move=> r /range [_ ->] | exact: total |].
by move=> gamma sum1; apply: above.
Qed.
