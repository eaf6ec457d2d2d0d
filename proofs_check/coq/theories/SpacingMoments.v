(** * Integrals over the cube, and the moments of the residual

    A function on [0,1]^d that is a polynomial on each order simplex is integrated exactly: over the simplex
    0 <= y_1 <= ... <= y_d <= 1 one variable after the other, from [y_1] on, by antiderivatives; the integral over the
    cube is the sum over all orders of the inputs.  Only polynomials are needed, so this is over every ordered field.

    Claim: for x uniform on the cube the residual [e] of an estimator has the moments
<<
        E[e^k] = h_k(e_0, ..., e_d) / C(d+k,k),
>>
    where the [e_z] are its values at the vertices, and [h_k] is the complete homogeneous symmetric polynomial.

    Proof.  In the cube the residual is the sum of the spacings, times the [e_z].  Let [L_n] be that sum for
    0 <= y_1 <= ... <= y_n <= t; then [L_(n+1) = L_n + e_(n+1) (t - y_(n+1))], with [y_(n+1)] for [t] in [L_n].  Write
    [x^(k)] for [x^k/k!].  By induction the integral of [L_n^(k)] is [h_k(e_0, ..., e_n) t^(n+k)]: by the binomial
    theorem, and as the integral of [s^(a) (t-s)^(b)] from 0 to [t] is [t^(a+b+1)]. *)

From mathcomp Require Import all_ssreflect fingroup perm all_algebra.
From Subpool Require Import Algebra Classes Reduction LeastSquares.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Definitions.

Variable F : realFieldType.

(** [v] is the integral of [h] from [a] to [b], where [h] is a polynomial: that by an antiderivative. *)
Definition integral (a b : F) (h : F -> F) (v : F) : Prop :=
  exists P : {poly F}, (forall t, a <= t < b -> h t = P^`().[t]) /\ v = P.[b] - P.[a].

(** [v] is the integral of [g (y_1, ..., y_n)] over 0 <= y_1 <= ... <= y_n <= top: that over [t = y_n] from 0 to [top]
    of the integrals over 0 <= y_1 <= ... <= y_(n-1) <= t. *)
Fixpoint sorted_integral (n : nat) (g : seq F -> F) (top v : F) : Prop :=
  if n is n'.+1 then
    exists h : F -> F,
      (forall t, 0 <= t < top -> sorted_integral n' (fun ys => g (rcons ys t)) t (h t)) /\ integral 0 top h v
  else v = g [::].

(** The input that [p] sorts to [ys]. *)
Definition sorted_to (d : nat) (p : {perm 'I_d}) (ys : seq F) (i : 'I_d) : F := nth 0 ys (p^-1%g i).

(** [v] is the mean of [f x] for [x] uniform on the cube: the sum over the order simplices of its integrals. *)
Definition uniform_mean (d : nat) (f : ('I_d -> F) -> F) (v : F) : Prop :=
  exists parts : {perm 'I_d} -> F,
    (forall p, sorted_integral d (fun ys => f (sorted_to p ys)) 1 (parts p)) /\ v = \sum_p parts p.

(** [h_k(e_0, ..., e_n)]: the sum of all products of [k] of them, repeated or not. *)
Fixpoint complete_symmetric (e : nat -> F) (n k : nat) : F :=
  if n is n'.+1 then \sum_(j < k.+1) complete_symmetric e n' j * e n ^+ (k - j) else e 0%N ^+ k.

End Definitions.

Section Integrals.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Implicit Types (g : seq F -> F) (P : {poly F}) (t top v w : F) (ys : seq F) (n k : nat).

(** ** Integrals are unique, and linear *)

Lemma few_roots P a b : a < b -> (forall t, a <= t < b -> P.[t] = 0) -> P = 0.
Proof.
move=> lt_ab zero; pose N := size P; pose point (i : nat) : F := a + (b - a) * (i%:R / N.+1%:R).
have width_gt0 : 0 < b - a by rewrite subr_gt0.
have N_gt0 : 0 < N.+1%:R :> F by rewrite ltr0n.
apply: (@roots_geq_poly_eq0 _ _ [seq point i | i <- iota 0 N]); last by rewrite size_map size_iota.
  apply/allP => t /mapP[i]; rewrite mem_iota => /andP[_ lt_iN] ->; apply/eqP/zero.
  rewrite /point ler_addl mulr_ge0 ?divr_ge0 ?ler0n ?(ltW width_gt0) //= -ltr_subr_addl.
  by rewrite -[X in _ < X]mulr1 ltr_pmul2l // ltr_pdivr_mulr // mul1r ltr_nat ltnW.
rewrite map_inj_uniq ?iota_uniq // => i j /addrI /(mulfI (lt0r_neq0 width_gt0)).
by move/(mulIf (invr_neq0 (lt0r_neq0 N_gt0)))/eqP; rewrite eqr_nat => /eqP.
Qed.

Lemma constant_poly P : P^`() = 0 -> forall t, P.[t] = P`_0.
Proof.
move=> zero t; suff {1}-> : P = (P`_0)%:P by rewrite hornerC.
apply/polyP => -[|i]; rewrite coefC //=; have := congr1 (fun Q : {poly F} => Q`_i) zero.
by rewrite coef_deriv coef0 => /eqP; rewrite mulrn_eq0 => /eqP.
Qed.

Lemma integral_unique a b (h h' : F -> F) v w :
  a <= b -> (forall t, a <= t < b -> h t = h' t) -> integral a b h v -> integral a b h' w -> v = w.
Proof.
rewrite le_eqVlt => /predU1P[<- _ [P [_ ->]] [Q [_ ->]] | lt_ab same [P [def_h ->]] [Q [def_h' ->]]].
  by rewrite !subrr.
have zero : (P - Q)^`() = 0.
  by apply: (few_roots lt_ab) => t range; rewrite derivB hornerD hornerN -def_h // -def_h' // same // subrr.
have := constant_poly zero b; rewrite -(constant_poly zero a) !hornerD !hornerN => /eqP.
by rewrite subr_eq => /eqP ->; move: P.[a] Q.[a] Q.[b] => x y z; normal_ring F.
Qed.

Lemma integral_linear x y a b (h h' : F -> F) v w :
  integral a b h v -> integral a b h' w -> integral a b (fun t => x * h t + y * h' t) (x * v + y * w).
Proof.
case=> P [def_h ->] [Q [def_h' ->]]; exists (x *: P + y *: Q); split=> [t range|].
  by rewrite derivD !derivZ hornerD !hornerZ -def_h // -def_h'.
by rewrite !hornerD !hornerZ; move: P.[a] P.[b] Q.[a] Q.[b] => p0 p q0 q; normal_ring F.
Qed.

Lemma sorted_unique n g top v w : 0 <= top -> sorted_integral n g top v -> sorted_integral n g top w -> v = w.
Proof.
elim: n g top v w => [|n IH] g top v w top_ge0 /= => [-> -> // | [h [inner outer]] [h' [inner' outer']]].
apply: (integral_unique top_ge0 _ outer outer') => t range; have /andP[t_ge0 _] := range.
exact: IH t_ge0 (inner t range) (inner' t range).
Qed.

Lemma sorted_ext n g g' top v :
  0 <= top -> (forall ys, size ys = n -> path <=%R 0 (rcons ys top) -> g ys = g' ys) ->
  sorted_integral n g top v -> sorted_integral n g' top v.
Proof.
elim: n g g' top v => [|n IH] g g' top v top_ge0 same /= => [-> | [h [inner outer]]].
  by apply: same => //=; rewrite top_ge0.
exists h; split=> // t range; have /andP[t_ge0 le_t] := range; apply: IH (inner t range) => // ys size_ys path_ys.
by apply: same; rewrite ?size_rcons ?size_ys // rcons_path path_ys last_rcons ltW.
Qed.

Lemma sorted_linear n a b g g' top v w :
  sorted_integral n g top v -> sorted_integral n g' top w ->
  sorted_integral n (fun ys => a * g ys + b * g' ys) top (a * v + b * w).
Proof.
elim: n g g' top v w => [|n IH] g g' top v w /= => [-> -> // | [h [inner outer]] [h' [inner' outer']]].
exists (fun t => a * h t + b * h' t); split=> [t range | ]; first exact: IH (inner t range) (inner' t range).
exact: integral_linear.
Qed.

Lemma sorted_sum n top m (c v : nat -> F) (g : nat -> seq F -> F) :
  (forall j, (j < m.+1)%N -> sorted_integral n (g j) top (v j)) ->
  sorted_integral n (fun ys => \sum_(j < m.+1) c j * g j ys) top (\sum_(j < m.+1) c j * v j).
Proof.
have ext g0 g1 w w' :
    (forall ys, g0 ys = g1 ys) -> w = w' -> sorted_integral n g0 top w -> sorted_integral n g1 top w'.
  move=> same <- {w'}; elim: (n) g0 g1 top w same => [|n' IH] g0 g1 top' w same /= => [-> // | [h [inner outer]]].
  by exists h; split=> // t range; apply: IH (inner t range) => ys.
elim: m => [|m IH] each.
  apply: (ext _ _ _ _ _ _ (sorted_linear (c 0%N) 0 (each 0%N isT) (each 0%N isT))) => [ys|].
    by rewrite big_ord1 mul0r addr0.
  by rewrite big_ord1 mul0r addr0.
have before := IH (fun j lt_j => each j (leqW lt_j)).
apply: (ext _ _ _ _ _ _ (sorted_linear 1 (c m.+1) before (each m.+1 (leqnn _)))) => [ys|].
  by rewrite mul1r [RHS]big_ord_recr.
by rewrite mul1r [RHS]big_ord_recr.
Qed.

(** ** Powers divided by factorials *)

Definition divided k t : F := t ^+ k / k`!%:R.

Lemma fact_neq0 k : k`!%:R != 0 :> F.
Proof. by rewrite pnatr_eq0 -lt0n fact_gt0. Qed.

Lemma divided_mul k a t : divided k (a * t) = a ^+ k * divided k t.
Proof. by rewrite /divided exprMn mulrA. Qed.

Lemma divided_add k (x y : F) : divided k (x + y) = \sum_(j < k.+1) divided (k - j) y * divided j x.
Proof.
rewrite /divided addrC exprDn mulr_suml; apply: eq_bigr => j _; have le_jk : (j <= k)%N by rewrite -ltnS.
have def_k := congr1 (fun m => m%:R : F) (bin_fact le_jk); rewrite !natrM in def_k.
have k_neq0 := fact_neq0 k; rewrite -def_k in k_neq0 *; rewrite -mulr_natr.
have /eqP := fact_neq0 j; have /eqP := fact_neq0 (k - j).
have /eqP : 'C(k, j)%:R != 0 :> F by apply: contraNneq k_neq0 => ->; rewrite mul0r.
move: (y ^+ _) (x ^+ _) ('C(k, j)%:R : F) (j`!%:R : F) ((k - j)`!%:R : F) => p q c f f' c_neq0 f'_neq0 f_neq0.
by normal_field F.
Qed.

(** An antiderivative of [s^(a) (top - s)^(b)]. *)
Fixpoint beta_poly (top : F) (b a : nat) : {poly F} :=
  (a.+1`! * b`!)%:R^-1 *: ('X^a.+1 * (top%:P - 'X) ^+ b) + if b is b'.+1 then beta_poly top b' a.+1 else 0.

Lemma beta_poly_deriv top b a t : (beta_poly top b a)^`().[t] = divided a t * divided b (top - t).
Proof.
have dXn n : ('X^n.+1 : {poly F})^`().[t] = n.+1%:R * t ^+ n.
  by rewrite derivXn hornerMn hornerXn -mulr_natl.
have dYn n : ((top%:P - 'X) ^+ n.+1)^`().[t] = - (n.+1%:R * (top - t) ^+ n).
  rewrite deriv_exp derivB derivC derivX sub0r mulN1r hornerMn hornerN horner_exp hornerD hornerN hornerC hornerX.
  by rewrite mulNrn -mulr_natl.
have at_t n : ((top%:P - 'X) ^+ n).[t] = (top - t) ^+ n.
  by rewrite horner_exp hornerD hornerN hornerC hornerX.
elim: b a => [|b IH] a /=.
  rewrite addr0 derivZ hornerZ expr0 mulr1 dXn /divided fact0 expr0 divr1 mulr1 muln1 factS natrM.
  have /eqP := fact_neq0 a; have /eqP : a.+1%:R != 0 :> F by rewrite pnatr_eq0.
  by move: (a.+1%:R : F) (a`!%:R : F) (t ^+ a) => n f p n0 f0; normal_field F; split.
rewrite derivD derivZ derivM hornerD hornerZ hornerD !hornerM IH dXn dYn at_t hornerXn /divided.
rewrite !(factS, natrM); have /eqP := fact_neq0 a; have /eqP : a.+1%:R != 0 :> F by rewrite pnatr_eq0.
have /eqP := fact_neq0 b; have /eqP : b.+1%:R != 0 :> F by rewrite pnatr_eq0.
move: (a.+1%:R : F) (a`!%:R : F) (b.+1%:R : F) (b`!%:R : F) (t ^+ a) (t ^+ a.+1) => a1 fa b1 fb p q.
rewrite [(top - t) ^+ b.+1]exprS; move: ((top - t) ^+ b) => r b10 fb0 a10 fa0.
by normal_field F; split=> //; split=> //; split.
Qed.

Lemma beta_poly_ends top b a :
  (beta_poly top b a).[0] = 0 /\ (beta_poly top b a).[top] = divided (a + b).+1 top.
Proof.
elim: b a => [|b IH] a /=; rewrite !hornerD !hornerZ !hornerM !hornerXn !horner_exp !hornerD !hornerN !hornerC !hornerX.
  by rewrite [0 ^+ a.+1]exprS !mul0r mulr0 addr0 !expr0 mulr1 !addr0 addn0 fact0 muln1 mulrC.
have [-> ->] := IH a.+1; rewrite subrr [0 ^+ a.+1]exprS [0 ^+ b.+1]exprS !mul0r !mulr0 !add0r.
by rewrite addSnnS.
Qed.

(** ** The moments of a linear function of the spacings *)

Variable e : nat -> F.

Definition by_spacings n ys top : F := \sum_(z < n.+1) e z * (nth top ys z - nth 0 (0 :: ys) z).

Lemma by_spacings_rcons n ys t top :
  size ys = n -> by_spacings n.+1 (rcons ys t) top = by_spacings n ys t + e n.+1 * (top - t).
Proof.
move=> size_ys; rewrite /by_spacings big_ord_recr /= !nth_rcons size_ys ltnn eqxx ltnNge leqnSn /= eqn_leq ltnn /=.
congr (_ + _); apply: eq_bigr => z _; congr (_ * (_ - _)).
  rewrite nth_rcons size_ys; have := ltn_ord z; rewrite ltnS leq_eqVlt => /predU1P[def_z | lt_z].
    by rewrite def_z ltnn eqxx nth_default ?size_ys.
  by rewrite lt_z; apply: set_nth_default; rewrite size_ys.
by case: z => -[|z] //= lt_z; rewrite nth_rcons size_ys -ltnS lt_z.
Qed.

Local Notation h := (complete_symmetric e).

Lemma moments n k top :
  0 <= top -> sorted_integral n (fun ys => divided k (by_spacings n ys top)) top (h n k * divided (n + k) top).
Proof.
elim: n k top => [|n IH] k top top_ge0 /=; first by rewrite /by_spacings big_ord1 /= subr0 divided_mul.
exists (fun t => \sum_(j < k.+1) divided (k - j) (e n.+1 * (top - t)) * (h n j * divided (n + j) t)).
split=> [t /andP[t_ge0 _]|].
  pose c j := divided (k - j) (e n.+1 * (top - t)); pose g j ys := divided j (by_spacings n ys t).
  apply: (@sorted_ext _ (fun ys => \sum_(j < k.+1) c j * g j ys)) => // [ys size_ys _|].
    by rewrite by_spacings_rcons // divided_add.
  by apply: (@sorted_sum _ _ _ c (fun j => h n j * divided (n + j) t)) => j _; apply: IH.
exists (\sum_(j < k.+1) (h n j * e n.+1 ^+ (k - j)) *: beta_poly top (k - j) (n + j)); split=> [t _|].
  rewrite (raddf_sum (deriv_additive F)) horner_sum; apply: eq_bigr => j _.
  rewrite /= derivZ hornerZ beta_poly_deriv divided_mul.
  move: (divided _ t) (divided _ _) (h n j) (_ ^+ _) => a b c x; normal_ring F.
rewrite !horner_sum mulr_suml -sumrB; apply: eq_bigr => j _; rewrite !hornerZ.
have [-> ->] := beta_poly_ends top (k - j) (n + j); rewrite mulr0 subr0; congr (_ * divided _ _).
by rewrite -addnA subnKC // -ltnS.
Qed.

End Integrals.

Lemma complete_0 (F : realFieldType) (e : nat -> F) n : complete_symmetric e n 0 = 1.
Proof. by elim: n => //= n IH; rewrite big_ord1 IH mulr1. Qed.

Section Residual.

Variables (F : realFieldType) (d : nat) (R : seq nat) (beta : nat -> F).
Hypotheses (d_gt0 : (0 < d)%N) (upto : forall r, r \in R -> (r <= d)%N).
Add Field F_field : (field_laws F).
Implicit Types (p : {perm 'I_d}) (ys : seq F) (k : nat).

Local Notation e := (residual d R beta).

Lemma residual_sorted p ys :
  size ys = d -> path <=%R 0 (rcons ys 1) -> residual_at R beta (sorted_to p ys) = by_spacings e d ys 1.
Proof.
move=> size_ys sorted_ys; pose x := sorted_to p ys.
have le_nth i j : (i <= j <= d.+1)%N -> nth 0 (0 :: rcons ys 1) i <= nth 0 (0 :: rcons ys 1) j.
  case/andP=> le_ij le_jd; apply: (sorted_leq_nth le_trans lexx) => //; rewrite inE /= size_rcons size_ys ltnS //.
  exact: leq_trans le_ij le_jd.
have at_i (i : 'I_d) : nth 0 (0 :: rcons ys 1) i.+1 = nth 0 ys i by rewrite /= nth_rcons size_ys ltn_ord.
have sorted_x : sorted_by p x.
  by move=> i j le_ij; rewrite /x /sorted_to !permK -!at_i le_nth // ltnS le_ij ltnS ltnW.
have cube_x : in_cube x.
  move=> i; rewrite /x /sorted_to -at_i (le_nth 0%N) ?ltnS ?(ltnW (ltn_ord _)) //=.
  have := @le_nth (p^-1%g i).+1 d.+1; rewrite at_i leqnn andbT ltnS ltnW // => /(_ isT).
  by rewrite /= !nth_rcons size_ys ltnn eqxx ltn_ord.
rewrite /residual_at (residual_by_spacings beta d_gt0 upto cube_x sorted_x) /by_spacings.
apply: eq_bigr => z _; rewrite mulrC /spacing; congr (_ * (_ - _)) => /=.
  case: insubP => [i lt_i def_i | ge_z]; last by rewrite nth_default // size_ys leqNgt.
  by rewrite /x /sorted_to permK def_i; apply: set_nth_default; rewrite size_ys.
by case: z => -[|z] //= lt_z; rewrite insubT // /x /sorted_to permK.
Qed.

Lemma uniform_moments k :
  uniform_mean (fun x : 'I_d -> F => residual_at R beta x ^+ k) (complete_symmetric e d k / 'C(d + k, k)%:R).
Proof.
exists (fun _ => k`!%:R * (complete_symmetric e d k * divided (d + k) 1)); split=> [p|]; last first.
  rewrite sumr_const card_Sn -[RHS]mulr_natl /divided expr1n.
  have := congr1 (fun m => m%:R : F) (bin_fact (leq_addl d k)).
  have /eqP : 'C(d + k, k)%:R != 0 :> F by rewrite pnatr_eq0 -lt0n bin_gt0 leq_addl.
  rewrite addnK !natrM => c_neq0 <-; have /eqP := fact_neq0 F k; have /eqP := fact_neq0 F d.
  move: (k`!%:R : F) (d`!%:R : F) ('C(d + k, k)%:R : F) c_neq0 (complete_symmetric e d k) => f f' c c0 m f'0 f0.
  by normal_field F; split=> //; split.
have inner := moments e d k (@ler01 F); have scaled := sorted_linear k`!%:R 0 inner inner.
rewrite mul0r addr0 in scaled; apply: sorted_ext scaled => [|ys size_ys sorted_ys]; first exact: ler01.
rewrite residual_sorted // mul0r addr0 /divided mulrC divfK //; exact: fact_neq0.
Qed.

End Residual.

(** Theorem: the mean of a function for inputs uniform on the cube is one number, if it has one. *)
Theorem uniform_mean_unique (F : realFieldType) (d : nat) (f : ('I_d -> F) -> F) (v w : F) :
  uniform_mean f v -> uniform_mean f w -> v = w.
Proof.
move=> [parts [each ->]] [parts' [each' ->]]; apply: eq_bigr => p _.
exact: sorted_unique ler01 (each p) (each' p).
Qed.

(** Theorem: the mean for inputs uniform on the cube is linear. *)
Theorem uniform_mean_linear (F : realFieldType) (d : nat) (a b : F) (f g : ('I_d -> F) -> F) (v w : F) :
  uniform_mean f v -> uniform_mean g w -> uniform_mean (fun x => a * f x + b * g x) (a * v + b * w).
Proof.
move=> [parts [each ->]] [parts' [each' ->]]; exists (fun p => a * parts p + b * parts' p); split=> [p|].
  exact: sorted_linear (each p) (each' p).
by rewrite big_split !mulr_sumr.
Qed.

(** Theorem: for inputs uniform on the cube the k-th moment of the residual of an estimator, with the values e_z at the
    vertices, is h_k(e_0, ..., e_d)/C(d+k,k), for each k. *)
Theorem residual_moment
    (F : realFieldType) (d : nat) (R : seq nat) (beta : nat -> F) (k : nat) (m : F) :
  (0 < d)%N -> (forall r, r \in R -> (r <= d)%N) ->
  uniform_mean (fun x : 'I_d -> F => residual_at R beta x ^+ k) m <->
  m = complete_symmetric (residual d R beta) d k / 'C(d + k, k)%:R.
Proof.
move=> d_gt0 upto; have moment := uniform_moments beta d_gt0 upto k.
by split=> [mean | -> //]; exact: uniform_mean_unique mean moment.
Qed.

(** Theorem: the mean of 1 for inputs uniform on the cube is 1. *)
Theorem uniform_mean_one (F : realFieldType) (d : nat) : (0 < d)%N -> uniform_mean (fun _ : 'I_d -> F => 1) 1.
Proof.
move=> d_gt0; have none r : r \in [::] -> (r <= d)%N by [].
by have := uniform_moments (fun=> 0 : F) d_gt0 none 0; rewrite complete_0 bin0 divr1.
Qed.

Section LowMoments.

Variables (F : realFieldType) (e : nat -> F).
Add Field F_field : (field_laws F).

Lemma complete_1 n : complete_symmetric e n 1 = \sum_(z < n.+1) e z.
Proof.
elim: n => [|n IH]; first by rewrite big_ord1.
have -> : complete_symmetric e n.+1 1 = complete_symmetric e n 0 * e n.+1 + complete_symmetric e n 1 * 1.
  by rewrite /= !big_ord_recl big_ord0 addr0.
by rewrite [RHS]big_ord_recr /= complete_0 IH mul1r mulr1 addrC.
Qed.

Lemma complete_2 n :
  complete_symmetric e n 2 = (\sum_(z < n.+1) e z ^+ 2 + (\sum_(z < n.+1) e z) ^+ 2) / 2%:R.
Proof.
elim: n => [|n IH]; first by rewrite !big_ord1 /= -mulr2n -[X in X / _]mulr_natr mulfK // pnatr_eq0.
have -> : complete_symmetric e n.+1 2
          = complete_symmetric e n 0 * e n.+1 ^+ 2 + (complete_symmetric e n 1 * e n.+1 + complete_symmetric e n 2 * 1).
  by rewrite /= !big_ord_recl big_ord0 addr0.
rewrite [X in (X + _) / _]big_ord_recr [X in (_ + X ^+ 2) / _]big_ord_recr /= complete_0 complete_1 IH !expr2.
have /eqP two_neq0 : 2%:R != 0 :> F by rewrite pnatr_eq0.
move: (\sum_(z < n.+1) e z) (\sum_(z < n.+1) e z ^+ 2) (e n.+1) => s q x; normal_field F.
exact: two_neq0.
Qed.

End LowMoments.

(** Theorem: for inputs uniform on the cube the residual of an estimator with the vertex values e_0, ..., e_d has the
    mean (sum e_z)/(d+1) and the mean square (sum e_z^2 + (sum e_z)^2)/((d+1)(d+2)). *)
Theorem residual_moments_uniform
    (F : realFieldType) (d : nat) (R : seq nat) (beta : nat -> F) :
  (0 < d)%N -> (forall r, r \in R -> (r <= d)%N) ->
  let e := residual d R beta in
  (forall m, uniform_mean (fun x : 'I_d -> F => residual_at R beta x) m <-> m = (\sum_(z < d.+1) e z) / d.+1%:R) /\
  (forall m, uniform_mean (fun x : 'I_d -> F => residual_at R beta x ^+ 2) m <->
     m = (\sum_(z < d.+1) e z ^+ 2 + (\sum_(z < d.+1) e z) ^+ 2) / (d.+1%:R * d.+2%:R)).
Proof.
move=> d_gt0 upto e; split=> m; last first.
  rewrite residual_moment // complete_2 addn2 -mulrA -invfM -!natrM; suff -> : (2 * 'C(d.+2, 2) = d.+1 * d.+2)%N by [].
  by rewrite -mul_bin_diag bin1 mulnC.
have := residual_moment beta 1 m d_gt0 upto; rewrite complete_1 addn1 bin1 => <-.
by split=> -[parts [each def_m]]; exists parts; split=> // p; apply: sorted_ext (each p).
Qed.
