(** * Differences of sequences with values in a commutative ring

    For [f : int -> A] let [delta f k = f(k+1) - f(k)].  Sequences whose m-th difference is 0 behave like polynomials of
    degree below [m]: products add the orders, and the alternating sum of [2N+1] values with binomials vanishes if the
    order is [2N] at most. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory.
Local Open Scope ring_scope.

Section Differences.

Variable A : comRingType.
Add Ring A_ring : (ring_laws A).
Implicit Types (f g : int -> A) (k : int) (m : nat).

Definition delta f k : A := f (k + 1) - f k.

Fixpoint deltas m f : int -> A := if m is m'.+1 then deltas m' (delta f) else f.

Definition order_at_most m f : Prop := forall k, deltas m f k = 0.

Lemma eq_deltas m f g : f =1 g -> deltas m f =1 deltas m g.
Proof. by elim: m f g => //= m IH f g same; apply: IH => k; rewrite /delta !same. Qed.

Lemma deltas_shift m f k : deltas m (fun i => f (i + 1)) k = deltas m f (k + 1).
Proof. by elim: m f => //= m IH f; rewrite -IH. Qed.

Lemma deltas_combine m (c d : A) f g k : deltas m (fun i => c * f i + d * g i) k = c * deltas m f k + d * deltas m g k.
Proof.
elim: m f g => //= m IH f g; rewrite -IH; apply: eq_deltas => i.
by rewrite /delta; move: (f _) (g _) (f i) (g i) => a b a' b'; commutative_ring A.
Qed.

Lemma order_combine m (c d : A) f g :
  order_at_most m f -> order_at_most m g -> order_at_most m (fun i => c * f i + d * g i).
Proof. by move=> zero_f zero_g k; rewrite deltas_combine zero_f zero_g !mulr0 addr0. Qed.

Lemma order_shift m f : order_at_most m f -> order_at_most m (fun i => f (i + 1)).
Proof. by move=> zero_f k; rewrite deltas_shift. Qed.

Lemma order_step m f (c d : A) g :
  order_at_most m g -> (forall k, delta f k = c * g (k + 1) + d * g k) -> order_at_most m.+1 f.
Proof. by move=> zero_g def_f k /=; rewrite (eq_deltas m def_f) order_combine // => i; rewrite order_shift. Qed.

Lemma order_zero m f : f =1 (fun=> 0) -> order_at_most m f.
Proof. by move=> zero; elim: m f zero => //= m IH f zero; apply: IH => k; rewrite /delta !zero subrr. Qed.

Lemma order_weaken m m' f : (m <= m')%N -> order_at_most m f -> order_at_most m' f.
Proof.
move=> le_m; rewrite -(subnK le_m) addnC; elim: {m' le_m} (m' - m)%N => [|j IH]; first by rewrite addn0.
move/IH => zero_f; rewrite addnS; apply: (order_step (c := 1) (d := -1) zero_f) => k.
by rewrite mul1r mulN1r.
Qed.

Lemma order_product a b f g : order_at_most a f -> order_at_most b g -> order_at_most (a + b) (fun k => f k * g k).
Proof.
move def_m: (a + b)%N => m; elim: m a b def_m f g => [|m IH] a b.
  by case: a => // _ f g zero_f _; apply: order_zero => k; have -> : f k = 0 := zero_f k; rewrite mul0r.
case: a => [|a]; first by move=> _ f g zero_f _; apply: order_zero => k; have -> : f k = 0 := zero_f k; rewrite mul0r.
case: b => [|b]; first by move=> _ f g _ zero_g; apply: order_zero => k; have -> : g k = 0 := zero_g k; rewrite mulr0.
rewrite addSn => -[sum_ab] f g zero_f zero_g k /=.
rewrite (@eq_deltas m _ (fun i => 1 * (delta f i * g (i + 1)) + 1 * (f i * delta g i))) => [|i].
  rewrite order_combine // => i.
    by apply: (IH a b.+1) => //; apply: order_shift.
  by apply: (IH a.+1 b) => //; rewrite addSnnS.
by rewrite /delta; move: (f _) (g _) (f i) (g i) => u v u' v'; commutative_ring A.
Qed.

(** ** Binomials *)

Lemma deltas_binomial m f k : deltas m f k = \sum_(j < m.+1) (-1) ^+ (m + j) * 'C(m, j)%:R * f (k + j%:Z).
Proof.
elim: m f k => [|m IH] f k; first by rewrite big_ord1 bin0 /= addr0 !mul1r.
rewrite /= IH /delta; under [LHS]eq_bigr => j _ do rewrite mulrBr.
rewrite sumrB [in RHS]big_ord_recl bin0 addn0.
pose term i : A := (-1) ^+ (m + i) * 'C(m, i)%:R * f (k + i%:Z + 1).
pose next i : A := (-1) ^+ (m + i) * 'C(m, i.+1)%:R * f (k + i%:Z + 1).
transitivity (\sum_(i < m.+1) term i + ((-1) ^+ m.+1 * f k + \sum_(i < m.+1) next i)); last first.
  rewrite addrCA -big_split /= mulr1 addr0; congr (_ + _); apply: eq_bigr => i _.
  rewrite /term /next /bump add1n binS natrD addSnnS !addnS !exprS intS [1 + _]addrC addrA.
  by move: (_ ^+ _) 'C(_, _)%:R 'C(_, _)%:R (f _) => a b c d; commutative_ring A.
congr (_ + _); rewrite [in LHS]big_ord_recl bin0 addn0 mulr1 addr0 opprD exprS mulN1r mulNr; congr (_ + _).
rewrite big_ord_recr {2}/next bin_small //= mulr0 mul0r addr0 -sumrN; apply: eq_bigr => i _.
by rewrite /next /bump add1n addnS exprS mulN1r !mulNr opprK intS [1 + _]addrC addrA.
Qed.

(** The values on both sides of 0, with the signs of binomials. *)
Lemma central_difference N f :
  order_at_most (2 * N) f -> (forall k, f (- k) = f k) ->
  'C(2 * N, N)%:R * f 0 + (\sum_(k < N) (-1) ^+ k.+1 * 'C(2 * N, N - k.+1)%:R * f k.+1%:Z) *+ 2 = 0.
Proof.
move=> zero even; pose half (k : nat) : A := (-1) ^+ k.+1 * 'C(2 * N, N - k.+1)%:R * f k.+1%:Z.
pose term (j : nat) : A := (-1) ^+ (2 * N + j) * 'C(2 * N, j)%:R * f (- N%:Z + j%:Z).
have sign j : (-1) ^+ (2 * N + j) = (-1) ^+ j :> A by rewrite exprD exprM sqrrN !expr1n mul1r.
have below (k : 'I_N) : term (0 + N - k.+1)%N = (-1) ^+ N * half k.
  have -> : (-1) ^+ N = (-1) ^+ (N - k.+1) * (-1) ^+ k.+1 :> A by rewrite -exprD subnK.
  rewrite /term /half sign add0n -even -!mulrA signrMK; congr (_ * (_ * f _)).
  by rewrite -subzn // addKr opprK.
have above (k : 'I_N) : term (k + N.+1)%N = (-1) ^+ N * half k.
  have le_kN : (N + k.+1 <= 2 * N)%N by rewrite mul2n -addnn leq_add2l.
  have def_k : (k + N.+1)%N = (N + k.+1)%N by rewrite addnC addnS.
  rewrite /term /half sign def_k exprD PoszD addKr -bin_sub // !mulrA.
  by rewrite {2}mul2n -addnn subnDl.
have : \sum_(0 <= j < (2 * N).+1) term j = 0 by rewrite big_mkord -[RHS](zero (- N%:Z)) deltas_binomial.
rewrite (@big_cat_nat _ _ _ N) //=; last by rewrite leqW // leq_pmull.
rewrite big_nat_rev /= big_mkord big_ltn ?ltnS ?leq_pmull // -{1}[N.+1]add0n big_addn subSS {1}mul2n -addnn addnK.
rewrite big_mkord (eq_bigr (fun k : 'I_N => (-1) ^+ N * half k)) => [|k _]; last exact: below.
rewrite [X in _ + (_ + X)](eq_bigr (fun k : 'I_N => (-1) ^+ N * half k)) => [|k _]; last exact: above.
rewrite -!mulr_sumr {1}/term sign addNr -mulrA => total.
apply: (can_inj (signrMK N)); rewrite mulr0 -[RHS]total -/(\sum_(k < N) half k).
by move: (_ ^+ N) (_%:R * _) (bigop _ _ _) => a b c; commutative_ring A.
Qed.

End Differences.
