(** * Calculus in one variable, piece by piece

    A function of [y] between knots [x_0 <= x_1 <= ..] is a sequence [f] of elements of a commutative ring with a
    derivation [D]: [f k] is what it is where [k] knots lie below [y].  The ring homomorphism [ev k] puts [y = x_k];
    what has the derivative 0 does not change by it.  [f] is continuous if [f k] and [f (k+1)] agree at [x_k].

    For constants [eps_v], and [e_v], [e'_v] that stand for [e^(y - x_v)] and [e^(x_v - y)], let
<<
      G f = sum_(v < k) eps_v (e_v - 1) f(x_v),  w = G 1,  w', G' likewise with e'_v,  s = w + w',  p = w w',
      h = w f - G f,  A f = w' h + G h,
>>
    and [P M r] be the coefficient of [u^r] in [(s + u A)^M s], [Q M r] that in [(s + u p)^M], [s' = w - w'].  Then
    [P M r] has the derivative [(M + 1) (Q M r) s'].  So the sum over [i] and [r] of [(-1)^r / ((M+1) i!) P M r], where
    [M + r + 1 = i], has the derivative [sum_i (w^i - w'^i) / i!]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory.
Local Open Scope ring_scope.

Section Calculus.

Variables (R : comRingType) (D : {additive R -> R}) (ev : nat -> {rmorphism R -> R}).
Add Ring R_ring : (ring_laws R).

Hypothesis D_mul : forall a b, D (a * b) = D a * b + a * D b.
Hypothesis D_ev : forall k a, D (ev k a) = 0.
Hypothesis ev_constant : forall k a, D a = 0 -> ev k a = a.

Implicit Types (f : nat -> R) (k v M r : nat).

Definition continuous f : Prop := forall k, ev k (f k.+1) = ev k (f k).

Lemma zero_unique f : continuous f -> (forall k, D (f k) = 0) -> f 0%N = 0 -> forall k, f k = 0.
Proof.
move=> cont Df f0; elim=> // k IH.
by rewrite -(ev_constant k (Df k.+1)) cont IH rmorph0.
Qed.

Lemma D1 : D 1 = 0.
Proof. by have /eqP := D_mul 1 1; rewrite !mulr1 mul1r -subr_eq subrr eq_sym => /eqP. Qed.

Lemma D_sub a b : D (a - b) = D a - D b. Proof. exact: raddfB. Qed.
Lemma D_add a b : D (a + b) = D a + D b. Proof. exact: raddfD. Qed.

Variables (eps e e' : nat -> R).
Hypothesis D_eps : forall v, D (eps v) = 0.
Hypothesis D_e : forall v, D (e v) = e v.
Hypothesis D_e' : forall v, D (e' v) = - e' v.
Hypothesis e_e' : forall v, e v * e' v = 1.
Hypothesis ev_e : forall v, ev v (e v) = 1.
Hypothesis ev_e' : forall v, ev v (e' v) = 1.

Lemma linear_unique f : continuous f -> (forall k, D (f k) = f k) -> f 0%N = 0 -> forall k, f k = 0.
Proof.
move=> cont Df f0 k; rewrite -[f k]mul1r -(e_e' 0%N) -mulrA.
rewrite (@zero_unique (fun k => e' 0%N * f k)) ?mulr0 //; last by rewrite f0 mulr0.
  by move=> j; rewrite !rmorphM cont.
by move=> j; rewrite D_mul D_e' Df mulNr addNr.
Qed.

Lemma D_sum (I : Type) (l : seq I) (P : pred I) (F : I -> R) :
  D (\sum_(i <- l | P i) F i) = \sum_(i <- l | P i) D (F i).
Proof. exact: raddf_sum. Qed.

Definition value f v : R := ev v (f v).

Definition graft (a : nat -> R) f k : R := \sum_(v < k) eps v * (a v - 1) * value f v.
Definition knots f k : R := \sum_(v < k) eps v * value f v.
Definition below k : R := \sum_(v < k) eps v.
Definition w k : R := \sum_(v < k) eps v * (e v - 1).
Definition w' k : R := \sum_(v < k) eps v * (e' v - 1).
Definition s k : R := w k + w' k.
Definition p k : R := w k * w' k.
Definition s' k : R := w k - w' k.
Definition grown f k : R := below k * f k - knots f k.
Definition h f k : R := w k * f k - graft e f k.
Definition operator f k : R := w' k * h f k + graft e (h f) k.

Lemma ev_eps k v : ev k (eps v) = eps v. Proof. exact: ev_constant. Qed.

Lemma D_below k : D (below k) = 0.
Proof. by rewrite /below D_sum big1. Qed.

Lemma D_knots f k : D (knots f k) = 0.
Proof. by rewrite /knots D_sum big1 // => v _; rewrite D_mul D_eps D_ev mul0r mulr0 addr0. Qed.

Lemma D_w k : D (w k) = w k + below k.
Proof.
rewrite /w /below D_sum -big_split /=; apply: eq_bigr => v _.
by rewrite D_mul D_eps mul0r add0r raddfB /= D_e D1 subr0 mulrBr mulr1 subrK.
Qed.

Lemma D_w' k : D (w' k) = - (w' k + below k).
Proof.
rewrite /w' /below D_sum -big_split -sumrN /=; apply: eq_bigr => v _.
by rewrite D_mul D_eps mul0r add0r raddfB /= D_e' D1 subr0 mulrBr mulr1 subrK mulrN.
Qed.

Lemma D_graft f k : D (graft e f k) = graft e f k + knots f k.
Proof.
rewrite /graft /knots D_sum -big_split /=; apply: eq_bigr => v _.
rewrite !D_mul D_eps D_ev mul0r add0r mulr0 addr0 raddfB /= D_e D1 subr0.
by rewrite mulrBr mulr1 mulrBl subrK.
Qed.

Lemma D_s k : D (s k) = s' k.
Proof. by rewrite raddfD /= D_w D_w' /s' opprD addrACA subrr addr0. Qed.

Lemma D_p k : D (p k) = - below k * s' k.
Proof.
rewrite D_mul D_w D_w' /s'; move: (w k) (w' k) (below k) => a b c; commutative_ring R.
Qed.

Lemma D_grown f k : D (grown f k) = below k * D (f k).
Proof. by rewrite raddfB /= D_mul D_below D_knots mul0r add0r subr0. Qed.

Lemma D_h f k : D (h f k) = h f k + grown f k + w k * D (f k).
Proof.
rewrite raddfB /= D_mul D_w D_graft /h /grown.
by move: (w k) (below k) (f k) (D (f k)) (graft e f k) (knots f k) => a b c d g i; commutative_ring R.
Qed.

Lemma cont_add f g : continuous f -> continuous g -> continuous (fun k => f k + g k).
Proof. by move=> cf cg k; rewrite !rmorphD cf cg. Qed.

Lemma cont_sub f g : continuous f -> continuous g -> continuous (fun k => f k - g k).
Proof. by move=> cf cg k; rewrite !rmorphB cf cg. Qed.

Lemma cont_mul f g : continuous f -> continuous g -> continuous (fun k => f k * g k).
Proof. by move=> cf cg k; rewrite !rmorphM cf cg. Qed.

Lemma cont_graft (a : nat -> R) f : (forall v, ev v (a v) = 1) -> continuous (graft a f).
Proof.
by move=> ev_a k; rewrite /graft big_ord_recr rmorphD /= !rmorphM rmorphB rmorph1 ev_a subrr mulr0 mul0r addr0.
Qed.

Lemma cont_w : continuous w.
Proof. by move=> k; rewrite /w big_ord_recr rmorphD /= rmorphM rmorphB rmorph1 ev_e subrr mulr0 addr0. Qed.

Lemma cont_w' : continuous w'.
Proof. by move=> k; rewrite /w' big_ord_recr rmorphD /= rmorphM rmorphB rmorph1 ev_e' subrr mulr0 addr0. Qed.

Lemma cont_grown f : continuous f -> continuous (grown f).
Proof.
move=> cont k; rewrite /grown /below /knots !big_ord_recr /= !rmorphB !rmorphM !rmorphD rmorphM cont.
have -> : ev k (value f k) = ev k (f k) by rewrite (ev_constant k (D_ev k (f k))).
by move: (ev k (bigop _ _ _)) (ev k (bigop _ _ _)) (ev k (eps k)) (ev k (f k)) => a b c d; commutative_ring R.
Qed.

Lemma cont_h f : continuous f -> continuous (h f).
Proof. by move=> cf; apply: cont_sub; [exact: cont_mul cont_w cf | exact: cont_graft]. Qed.

Lemma cont_operator f : continuous f -> continuous (operator f).
Proof. by move=> cf; apply: cont_add; [exact: cont_mul cont_w' (cont_h cf) | exact: cont_graft]. Qed.

Lemma cont_s : continuous s. Proof. exact: cont_add cont_w cont_w'. Qed.
Lemma cont_p : continuous p. Proof. exact: cont_mul cont_w cont_w'. Qed.

Lemma w0 : w 0 = 0. Proof. exact: big_ord0. Qed.
Lemma w'0 : w' 0 = 0. Proof. exact: big_ord0. Qed.
Lemma s0 : s 0 = 0. Proof. by rewrite /s w0 w'0 addr0. Qed.
Lemma p0 : p 0 = 0. Proof. by rewrite /p w0 mul0r. Qed.
Lemma graft0 a f : graft a f 0 = 0. Proof. exact: big_ord0. Qed.
Lemma grown0 f : grown f 0 = 0. Proof. by rewrite /grown /below /knots !big_ord0 mul0r subr0. Qed.
Lemma operator0 f : operator f 0 = 0. Proof. by rewrite /operator w'0 graft0 mul0r addr0. Qed.

(** Lemma 1. *)
Lemma D_operator f k : continuous f -> D (operator f k) = p k * D (f k) - grown f k * s' k.
Proof.
move=> cont.
have same j : grown (h f) j - graft e (h f) j - w j * grown f j = 0.
  apply: (@linear_unique (fun j => grown (h f) j - graft e (h f) j - w j * grown f j)).
  - apply: cont_sub; last exact: cont_mul cont_w (cont_grown cont).
    by apply: cont_sub; [exact: cont_grown (cont_h cont) | exact: cont_graft].
  - move=> i; rewrite (D_sub (_ - _)) (D_sub (grown _ _)) D_grown D_graft D_mul D_w D_grown D_h /grown.
    move: (h f i) (graft e (h f) i) (knots (h f) i) => H K L.
    by move: (w i) (below i) (f i) (knots f i) (D (f i)) => a b c d g; commutative_ring R.
  by rewrite !grown0 graft0 mulr0 !subr0.
have := same k; rewrite /operator raddfD /= D_mul D_w' D_graft D_h /p /s' {1}/grown => /eqP.
rewrite subr_eq0 => /eqP eq_k.
have -> : graft e (h f) k = below k * h f k - knots (h f) k - w k * grown f k.
  by rewrite -eq_k; move: (below k * _) (knots _ _) (graft _ _ _) => a b c; commutative_ring R.
move: (h f k) (knots (h f) k) (w k) (w' k) (below k) (grown f k) (D (f k)) => a b c d g i j.
by commutative_ring R.
Qed.

(** ** Powers: a sequence of functions [f r] is a polynomial in [u] *)

Definition shift (T : Type) (zero : T) (f : nat -> T) r : T := if r is r'.+1 then f r' else zero.

Fixpoint power M r : nat -> R :=
  match M, r with
  | 0, 0 => s
  | 0, _ => fun=> 0
  | M'.+1, 0 => fun k => s k * power M' 0 k
  | M'.+1, r'.+1 => fun k => s k * power M' r k + operator (power M' r') k
  end.

Fixpoint simple M r k : R :=
  match M, r with
  | 0, 0 => 1
  | 0, _ => 0
  | M'.+1, 0 => s k * simple M' 0 k
  | M'.+1, r'.+1 => s k * simple M' r k + p k * simple M' r' k
  end.

Lemma cont0 : continuous (fun=> 0). Proof. by []. Qed.

Lemma cont_simple M r : continuous (simple M r).
Proof.
elim: M r => [|M IH] [|r]; [by move=> k; rewrite !rmorph1 | by [] | exact: cont_mul cont_s (IH 0%N) |].
by apply: cont_add; apply: cont_mul => //; [exact: cont_s | exact: cont_p].
Qed.

Lemma cont_power M r : continuous (power M r).
Proof.
elim: M r => [|M IH] [|r]; [exact: cont_s | by [] | exact: cont_mul cont_s (IH 0%N) |].
by apply: cont_add; [exact: cont_mul cont_s (IH r.+1) | exact: cont_operator].
Qed.

Lemma power0 M r : power M r 0%N = 0.
Proof. by elim: M r => [|M IH] [|r] //=; rewrite ?s0 ?operator0 ?mul0r ?addr0. Qed.

Lemma simple0 M r : simple M.+1 r 0%N = 0.
Proof. by case: r => [|r] /=; rewrite s0 ?p0 !mul0r ?addr0. Qed.

Lemma D0 : D 0 = 0. Proof. exact: raddf0. Qed.

Lemma D_simple M r k :
  D (simple M.+1 r k) = M.+1%:R * (s' k * simple M r k - below k * s' k * shift (fun=> 0) (simple M) r k).
Proof.
elim: M r => [|M IH] [|r].
- by rewrite /= mulr1 D_s mulr1 mulr0 subr0 mul1r.
- case: r => [|r] /=; first by rewrite mulr0 add0r mulr1 D_p mulr0 sub0r mulr1 mul1r mulNr.
  by rewrite !mulr0 addr0 D0 subr0 mulr0.
- rewrite -[simple M.+2 0 k]/(s k * simple M.+1 0 k) D_mul D_s IH /= mulr0 !subr0 [M.+2%:R]mulrS.
  by move: (s k) (s' k) (simple M 0 k) (M.+1%:R) => a b c m; commutative_ring R.
rewrite -[simple M.+2 _ k]/(s k * simple M.+1 r.+1 k + p k * simple M.+1 r k).
rewrite (D_add (s k * _)) (D_mul (s k)) (D_mul (p k)) D_s D_p !IH /=.
rewrite [M.+2%:R]mulrS; case: r => [|r] /=.
  move: (s k) (s' k) (simple M 0 k) (simple M 1 k) (M.+1%:R) (p k) (below k) => a b c c1 m pk bk.
  by commutative_ring R.
move: (s k) (s' k) (simple M r.+1 k) (simple M r.+2 k) (simple M r k) (M.+1%:R) (p k) (below k) => a b c c1 c2 m pk bk.
by commutative_ring R.
Qed.

(** Lemma 2. *)
Lemma D_power M r k : D (power M r k) = M.+1%:R * simple M r k * s' k.
Proof.
elim: M r k => [|M IH] [|r] k; first by rewrite /= D_s !mul1r.
- by rewrite /= D0 mulr0 mul0r.
- have same j : power M 0 j - simple M.+1 0 j = 0.
    apply: (@zero_unique (fun j => power M 0 j - simple M.+1 0 j)).
    + exact: cont_sub (cont_power M 0) (cont_simple M.+1 0).
    + by move=> i; rewrite (D_sub (power _ _ _)) IH D_simple /= mulr0 subr0 mulrA mulrAC subrr.
    by rewrite power0 simple0 subr0.
  rewrite -[power M.+1 0 k]/(s k * power M 0 k) D_mul D_s IH [M.+2%:R]mulrS.
  move/eqP: (same k); rewrite subr_eq0 => /eqP ->; rewrite /=.
  by move: (s k) (s' k) (simple M 0 k) (M.+1%:R) => a b c m; commutative_ring R.
have same j : grown (power M r) j - (power M r.+1 j - simple M.+1 r.+1 j) = 0.
  apply: (@zero_unique (fun j => grown (power M r) j - (power M r.+1 j - simple M.+1 r.+1 j))).
  - apply: cont_sub; first exact: cont_grown (cont_power M r).
    exact: cont_sub (cont_power M r.+1) (cont_simple M.+1 r.+1).
  - move=> i; rewrite (D_sub (grown _ _)) D_grown (D_sub (power _ _ _)) !IH D_simple /=.
    move: (s' i) (simple M r i) (simple M r.+1 i) (M.+1%:R) (below i) => a b c m bk.
    by commutative_ring R.
  by rewrite grown0 power0 simple0 subrr subr0.
rewrite -[power M.+1 r.+1 k]/(s k * power M r.+1 k + operator (power M r) k) (D_add (s k * _)) D_mul D_s !IH.
rewrite D_operator; last exact: cont_power.
move/eqP: (same k); rewrite subr_eq0 => /eqP ->; rewrite IH [M.+2%:R]mulrS /=.
move: (s k) (s' k) (simple M r k) (simple M r.+1 k) (power M r.+1 k) (M.+1%:R) (p k) => a b c c1 P m pk.
by commutative_ring R.
Qed.

(** Lemma 3: the sum over [r] of [(-1)^r Q (i-1-r) r] is [(w^i - w'^i) / (w - w')]. *)
Definition alternating i k : R := \sum_(r < i) (-1) ^+ r * simple (i - r.+1) r k.

Lemma alternating_recursion i k : alternating i.+2 k = s k * alternating i.+1 k - p k * alternating i k.
Proof.
rewrite /alternating big_ord_recr /= subnn mulr0 addr0 [in LHS]big_ord_recl [in RHS]big_ord_recl /=.
rewrite !subSS !subn0 /= !expr0 !mul1r mulrDr -addrA; congr (_ + _).
rewrite !mulr_sumr -sumrN -big_split /=; apply: eq_bigr => r _; rewrite /bump /= !add1n !subSS.
have -> : (i - r = (i - r.+1).+1)%N by rewrite subnSK.
rewrite /= exprS; move: (s k) (p k) ((-1) ^+ r) (simple _ _ _) (simple _ _ _) => a b c d g; commutative_ring R.
Qed.

Lemma alternating_value i k : alternating i k * s' k = w k ^+ i - w' k ^+ i.
Proof.
suff [] : alternating i k * s' k = w k ^+ i - w' k ^+ i
       /\ alternating i.+1 k * s' k = w k ^+ i.+1 - w' k ^+ i.+1 by [].
elim: i => [|i [IH0 IH1]]; first by rewrite /alternating big_ord0 big_ord1 /= mul0r !expr0 subrr !mul1r !expr1.
split=> //; rewrite alternating_recursion mulrBl -!mulrA IH0 IH1 /s /p !exprS.
by move: (w k) (w' k) (w k ^+ i) (w' k ^+ i) => a b c d; commutative_ring R.
Qed.

End Calculus.
