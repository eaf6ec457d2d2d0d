(** * With all orders below d, the residual has a Beta distribution

    Probabilities for inputs uniform on the cube are integrals of indicators: over the order simplices, one variable
    after the other, of functions that are polynomials between finitely many points.

    Claim: let all residuals at the vertices be at most 2^-d for the orders 0..d-1.  Then [(2^d e + 1)/2] is Beta
    distributed with the parameters floor((d+1)/2) and ceil((d+1)/2).

    Proof.  The residuals at the vertices are 2^-d and -2^-d in turns, -2^-d at the zero vector; so [(2^d e + 1)/2] is a
    sum of floor((d+1)/2) of the spacings.  For 0 <= y_1 <= ... <= y_n <= top the volume where the sum of [a] of the
    [n+1] spacings is at most [t], 0 <= t < top, is the sum of [t^(j) (top - t)^(n-j)] over [a <= j <= n], where
    [x^(k)] is [x^k/k!]: by induction on [n], whether the last of the spacings belongs to the sum or not. *)

From mathcomp Require Import all_ssreflect fingroup perm all_algebra.
From Subpool Require Import Algebra Binomials Classes Duality Reduction FullSet LeastSquares SpacingMoments.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** [v] is the integral of [h] from [a] to [b], where [h] is a polynomial between any two of finitely many points. *)
Inductive piecewise_integral (F : realFieldType) (h : F -> F) (b : F) : F -> F -> Prop :=
  | no_piece : piecewise_integral h b b 0
  | one_more_piece (a c v : F) (P : {poly F}) :
      a <= c <= b -> (forall t, a < t < c -> h t = P^`().[t]) -> piecewise_integral h b c v ->
      piecewise_integral h b a (P.[c] - P.[a] + v).

(** [v] is the integral of [g (y_1, ..., y_n)] over 0 <= y_1 <= ... <= y_n <= top. *)
Fixpoint sorted_piecewise (F : realFieldType) (n : nat) (g : seq F -> F) (top v : F) : Prop :=
  if n is n'.+1 then
    exists h : F -> F,
      (forall t, 0 < t < top -> sorted_piecewise n' (fun ys => g (rcons ys t)) t (h t)) /\ piecewise_integral h top 0 v
  else v = g [::].

(** [v] is the probability of an event for inputs uniform on the cube. *)
Definition uniform_probability (F : realFieldType) (d : nat) (event : ('I_d -> F) -> bool) (v : F) : Prop :=
  exists parts : {perm 'I_d} -> F,
    (forall p, sorted_piecewise d (fun ys => (event (sorted_to p ys))%:R) 1 (parts p)) /\ v = \sum_p parts p.

(** [v] is the probability that a variable with the distribution Beta(a,b) is at most [t]. *)
Definition beta_probability (F : realFieldType) (a b : nat) (t v : F) : Prop :=
  exists2 w : F, integral 0 (Num.max 0 (Num.min t 1)) (fun u => u ^+ a.-1 * (1 - u) ^+ b.-1) w
    & v = (a + b).-1`!%:R / (a.-1`! * b.-1`!)%:R * w.

Section Beta.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Implicit Types (x : F) (g : seq F -> F) (h : F -> F) (P : {poly F}) (t top v w : F) (ys : seq F) (n k : nat).

Lemma piecewise_ge h a b v : piecewise_integral h b a v -> a <= b.
Proof. by case=> // {}a c w P /andP[le_ac le_cb] _ _; apply: le_trans le_cb. Qed.

Lemma open_roots P a b : a < b -> (forall t, a < t < b -> P.[t] = 0) -> P = 0.
Proof.
move=> lt_ab zero; have [lt_am lt_mb] := midf_lt lt_ab.
apply: (few_roots lt_mb) => t /andP[le_mt lt_tb].
by apply: zero; rewrite lt_tb andbT (lt_le_trans lt_am).
Qed.

Lemma same_increment a b P Q :
  a <= b -> (forall t, a < t < b -> P^`().[t] = Q^`().[t]) -> P.[b] - P.[a] = Q.[b] - Q.[a].
Proof.
rewrite le_eqVlt => /predU1P[<- _ | lt_ab same]; first by rewrite !subrr.
have zero : (P - Q)^`() = 0.
  by apply: (open_roots lt_ab) => t range; rewrite derivB hornerD hornerN same // subrr.
have := constant_poly zero b; rewrite -(constant_poly zero a) !hornerD !hornerN => /eqP.
by rewrite subr_eq => /eqP ->; move: P.[a] Q.[a] Q.[b] => x y z; normal_ring F.
Qed.

(** The rest of an integral, from a point [c] on. *)
Lemma piecewise_rest h a b v :
  piecewise_integral h b a v ->
  forall c P, a <= c <= b -> (forall t, a < t < c -> h t = P^`().[t]) ->
  exists2 w, piecewise_integral h b c w & v = P.[c] - P.[a] + w.
Proof.
elim=> {a v} [|a c' v Q /andP[le_ac le_cb] def_h rest IH] c P.
  case/andP=> le_bc le_cb _; have -> : c = b by apply/eqP; rewrite eq_le le_bc le_cb.
  by exists 0; [exact: no_piece | rewrite subrr addr0].
case/andP=> le_a le_b def_P; case: (leP c c') => [le_c | lt_c].
  exists (Q.[c'] - Q.[c] + v).
    apply: one_more_piece => // [|t /andP[lt_c lt_t]]; first by rewrite le_c.
    by apply: def_h; rewrite lt_t andbT (le_lt_trans le_a).
  have -> : P.[c] - P.[a] = Q.[c] - Q.[a].
    apply: same_increment => // t /andP[lt_t lt_c]; rewrite -def_P ?lt_t // def_h // lt_t //=.
    exact: lt_le_trans lt_c le_c.
  by move: Q.[a] Q.[c] Q.[c'] => x y z; normal_ring F.
have [|t /andP[lt_t lt_tc]|w rest_w ->] := IH c P; first by rewrite ltW.
  by apply: def_P; rewrite lt_tc andbT (le_lt_trans le_ac).
exists w => //; have -> : Q.[c'] - Q.[a] = P.[c'] - P.[a].
  apply: same_increment => // t /andP[lt_t lt_tc]; rewrite -def_P ?lt_t ?(lt_trans lt_tc) // def_h // lt_t //=.
by move: P.[a] P.[c] P.[c'] => x y z; normal_ring F.
Qed.

Lemma piecewise_none h a b v : piecewise_integral h b a v -> a = b -> v = 0.
Proof.
elim=> // {a v} a c v P /andP[le_ac le_cb] _ _ IH def_a.
have def_c : c = b by apply/eqP; rewrite eq_le le_cb -def_a le_ac.
by rewrite IH // def_c def_a subrr addr0.
Qed.

Lemma piecewise_unique h a b v w : piecewise_integral h b a v -> piecewise_integral h b a w -> v = w.
Proof.
move=> first; elim: first w => {a v} [w other | a c v P range def_h _ IH w other].
  by rewrite (piecewise_none other).
by have [w' /IH -> ->] := piecewise_rest other range def_h.
Qed.

Lemma piecewise_ext h h' a b v :
  (forall t, a < t < b -> h t = h' t) -> piecewise_integral h b a v -> piecewise_integral h' b a v.
Proof.
move=> same whole; elim: whole same => {a v} [same | a c v P range def_h _ IH same]; first exact: no_piece.
have /andP[le_ac le_cb] := range; apply: one_more_piece => // [t /andP[lt_at lt_tc] | ].
  by rewrite -same ?lt_at ?(lt_le_trans lt_tc) // def_h // lt_at.
by apply: IH => t /andP[lt_ct lt_tb]; apply: same; rewrite lt_tb andbT (le_lt_trans le_ac).
Qed.

Lemma sorted_piecewise_unique n g top v w : sorted_piecewise n g top v -> sorted_piecewise n g top w -> v = w.
Proof.
elim: n g top v w => [|n IH] g top v w /= => [-> -> // | [h [inner outer]] [h' [inner' outer']]].
apply: piecewise_unique outer'; apply: piecewise_ext outer => t range.
exact: IH (inner t range) (inner' t range).
Qed.

Lemma sorted_piecewise_ext n g g' top v :
  0 <= top -> (forall ys, size ys = n -> path <=%R 0 (rcons ys top) -> g ys = g' ys) ->
  sorted_piecewise n g top v -> sorted_piecewise n g' top v.
Proof.
elim: n g g' top v => [|n IH] g g' top v top_ge0 same /= => [-> | [h [inner outer]]].
  by apply: same => //=; rewrite top_ge0.
exists h; split=> // t range; have /andP[t_gt0 lt_t] := range; apply: IH (inner t range) => [|ys size_ys path_ys].
  exact: ltW.
by apply: same; rewrite ?size_rcons ?size_ys // rcons_path path_ys last_rcons ltW.
Qed.

(** One piece, and two. *)
Lemma piecewise_one h b P :
  0 <= b -> (forall t, 0 < t < b -> h t = P^`().[t]) -> piecewise_integral h b 0 (P.[b] - P.[0]).
Proof.
move=> b_ge0 def_h; rewrite -[X in piecewise_integral _ _ _ X]addr0.
by apply: one_more_piece => //; [rewrite b_ge0 lexx | exact: no_piece].
Qed.

Lemma piecewise_two h b c P Q :
  0 <= c <= b -> (forall t, 0 < t < c -> h t = P^`().[t]) -> (forall t, c < t < b -> h t = Q^`().[t]) ->
  piecewise_integral h b 0 (P.[c] - P.[0] + (Q.[b] - Q.[c])).
Proof.
move=> range def_P def_Q; apply: one_more_piece => //; rewrite -[X in piecewise_integral _ _ _ X]addr0.
by apply: one_more_piece => //; [have /andP[_ ->] := range; rewrite lexx | exact: no_piece].
Qed.

(** ** The volume where a sum of spacings is at most [t] *)

(** [x^(k+1)] for a polynomial [x = X - c]. *)
Definition power (c : F) k : {poly F} := k.+1`!%:R^-1 *: ('X - c%:P) ^+ k.+1.

Lemma power_deriv c k t : (power c k)^`().[t] = divided k (t - c).
Proof.
rewrite /power derivZ hornerZ deriv_exp derivXsubC mul1r hornerMn horner_exp hornerXsubC /divided factS natrM.
have /eqP := fact_neq0 F k; have /eqP : k.+1%:R != 0 :> F by rewrite pnatr_eq0.
rewrite -[X in _ * X = _]mulr_natl /=; move: (k.+1%:R : F) (k`!%:R : F) (_ ^+ k) => m f x m0 f0.
by normal_field F; split.
Qed.

Lemma power_at c k t : (power c k).[t] = divided k.+1 (t - c).
Proof. by rewrite /power hornerZ horner_exp hornerXsubC mulrC. Qed.

Lemma scaled_deriv x c k t : (x *: power c k)^`().[t] = x * divided k (t - c).
Proof. by rewrite derivZ hornerZ power_deriv. Qed.

Lemma scaled_at x c k t : (x *: power c k).[t] = x * divided k.+1 (t - c).
Proof. by rewrite hornerZ power_at. Qed.

Lemma divided0 k : divided k.+1 (0 : F) = 0.
Proof. by rewrite /divided exprS !mul0r. Qed.

Lemma divided_one (x : F) : divided 0 x = 1.
Proof. by rewrite /divided expr0 divr1. Qed.

Definition tail n a t r : F := \sum_(a <= j < n.+1) divided j t * divided (n - j) r.

Definition volume n a t top : F := if t < 0 then 0 else if t < top then tail n a t (top - t) else divided n top.

Lemma tail_next n a t r :
  (a <= n.+1)%N -> tail n.+1 a t r = \sum_(a <= j < n.+1) divided j t * divided (n - j).+1 r + divided n.+1 t.
Proof.
move=> le_a; rewrite /tail big_nat_recr //= subnn divided_one mulr1; congr (_ + _).
by apply: eq_big_nat => j /andP[_ lt_j]; rewrite subSn.
Qed.

Lemma tail_shift n a t r : tail n.+1 a.+1 t r = \sum_(a <= j < n.+1) divided j.+1 t * divided (n - j) r.
Proof. by rewrite /tail big_add1. Qed.

Variable f : nat -> F.
Hypothesis zero_one_values : forall z, f z = 0 \/ f z = 1.

Definition ones n : nat := (\sum_(z < n.+1) (f z == 1%R))%N.

Lemma ones_le n : (ones n <= n.+1)%N.
Proof. by rewrite -[X in (_ <= X)%N]card_ord -sum1_card leq_sum // => z _; case: (f z == 1). Qed.

Lemma volume_of n t top :
  0 <= top -> sorted_piecewise n (fun ys => (by_spacings f n ys top <= t)%R%:R) top (volume n (ones n) t top).
Proof.
elim: n top t => [|n IH] top t top_ge0 /=.
  rewrite /by_spacings /ones !big_ord1 /= subr0 /volume /tail.
  case: (zero_one_values 0) => ->; rewrite ?mul0r ?mul1r ?eqxx.
    rewrite eq_sym oner_eq0 big_nat1 !divided_one mulr1.
    by case: (ltP t 0) => //; case: (ltP t top).
  rewrite big_geq // leNgt; case: (ltP t top) => [lt_t | le_t]; first by case: (t < 0).
  by rewrite ltNge (le_trans top_ge0 le_t) /= divided_one.
have inner s u :
    0 < s < top ->
    (forall ys, size ys = n -> (by_spacings f n.+1 (rcons ys s) top <= t) = (by_spacings f n ys s <= u)) ->
    sorted_piecewise n (fun ys => (by_spacings f n.+1 (rcons ys s) top <= t)%R%:R) s (volume n (ones n) u s).
  case/andP=> s_gt0 _ same; apply: sorted_piecewise_ext (IH s u (ltW s_gt0)); first exact: ltW.
  by move=> ys size_ys _; rewrite same.
have le_ones := ones_le n.
case: (zero_one_values n.+1) => value.
  have -> : ones n.+1 = ones n by rewrite /ones big_ord_recr /= value eq_sym oner_eq0 addn0.
  exists (volume n (ones n) t); split=> [s range|].
    by apply: inner => // ys size_ys; rewrite by_spacings_rcons // value mul0r addr0.
  rewrite {2}/volume; case: (ltP t 0) => [t_lt0 | t_ge0].
    have := @piecewise_one (volume n (ones n) t) top 0 top_ge0; rewrite !horner0 subrr; apply.
    by move=> s _; rewrite deriv0 horner0 /volume t_lt0.
  case: (ltP t top) => [lt_t | le_t].
    pose Q := \sum_(ones n <= j < n.+1) divided j t *: power t (n - j).
    have <- : (power 0 n).[t] - (power 0 n).[0] + (Q.[top] - Q.[t]) = tail n.+1 (ones n) t (top - t).
      rewrite !power_at subr0 subrr divided0 subr0 tail_next // addrC; congr (_ + _).
      rewrite /Q !horner_sum -sumrB; apply: eq_big_nat => j _.
      by rewrite !scaled_at subrr divided0 mulr0 subr0.
    apply: piecewise_two => [|s /andP[s_gt0 lt_s]|s /andP[lt_s _]]; first by rewrite t_ge0 ltW.
      by rewrite power_deriv subr0 /volume !ltNge t_ge0 (ltW lt_s).
    rewrite /volume ltNge t_ge0 lt_s /= (raddf_sum (deriv_additive F)) horner_sum; apply: eq_big_nat => j _.
    by rewrite /= scaled_deriv.
  have <- : (power 0 n).[top] - (power 0 n).[0] = divided n.+1 top by rewrite !power_at !subr0 divided0 subr0.
  apply: piecewise_one => // s /andP[s_gt0 lt_s].
  by rewrite power_deriv subr0 /volume !ltNge t_ge0 (le_trans (ltW lt_s)).
have -> : ones n.+1 = (ones n).+1 by rewrite /ones big_ord_recr /= value eqxx addn1.
exists (fun s => volume n (ones n) (t - (top - s)) s); split=> [s range|].
  by apply: inner => // ys size_ys; rewrite by_spacings_rcons // value mul1r -ler_subr_addr.
have past s : (t - (top - s) < s) = (t < top) by rewrite ltr_subl_addr addrC subrK.
have below s : (t - (top - s) < 0) = (s < top - t) by rewrite subr_lt0 ltr_subr_addr ltr_subr_addl addrC.
rewrite {2}/volume; case: (ltP t 0) => [t_lt0 | t_ge0].
  have := @piecewise_one (fun s => volume n (ones n) (t - (top - s)) s) top 0 top_ge0; rewrite !horner0 subrr; apply.
  move=> s /andP[_ lt_s]; rewrite deriv0 horner0 /volume below (lt_trans lt_s) //.
  by rewrite ltr_addl oppr_gt0.
case: (ltP t top) => [lt_t | le_t].
  pose r := top - t; pose Q := \sum_(ones n <= j < n.+1) divided (n - j) r *: power r j.
  have <- : (0 : {poly F}).[r] - (0 : {poly F}).[0] + (Q.[top] - Q.[r]) = tail n.+1 (ones n).+1 t r.
    rewrite !horner0 subrr add0r tail_shift /Q !horner_sum -sumrB; apply: eq_big_nat => j _.
    by rewrite !scaled_at subrr divided0 mulr0 subr0 mulrC opprB addrC subrK.
  apply: piecewise_two => [|s /andP[_ lt_s]|s /andP[lt_s _]].
  - by rewrite subr_ge0 (ltW lt_t) ger_addl oppr_le0.
  - by rewrite deriv0 horner0 /volume below lt_s.
  rewrite /volume below ltNge (ltW lt_s) /= past lt_t /= (raddf_sum (deriv_additive F)) horner_sum.
  apply: eq_big_nat => j _; rewrite /= scaled_deriv mulrC; congr (divided _ _ * divided _ _).
    by rewrite /r; normal_ring F.
  by rewrite /r; normal_ring F.
have <- : (power 0 n).[top] - (power 0 n).[0] = divided n.+1 top by rewrite !power_at !subr0 divided0 subr0.
apply: piecewise_one => // s /andP[s_gt0 lt_s].
rewrite power_deriv subr0 /volume below past ltNge (le_trans _ (ltW s_gt0)) ?subr_le0 //= ltNge le_t //.
Qed.

End Beta.

Section BetaPolynomial.

Variable F : realFieldType.
Add Field F_field : (field_laws F).

Lemma beta_poly_tail (top : F) b a t : (beta_poly top b a).[t] = tail (a + b).+1 a.+1 t (top - t).
Proof.
elim: b a => [|b IH] a /=; rewrite hornerD hornerZ hornerM hornerXn horner_exp hornerD hornerN hornerC hornerX.
  by rewrite horner0 addr0 expr0 mulr1 addn0 /tail big_nat1 subnn divided_one mulr1 fact0 muln1 mulrC.
rewrite IH addSnnS /tail [RHS]big_ltn ?ltnS ?leq_addr //; congr (_ + _).
rewrite /divided natrM invfM mulrACA addnS subSS -addnS addnC addnK; congr (_ * _); exact: mulrC.
Qed.

Lemma beta_poly_integral (top : F) b a t :
  integral 0 t (fun u => u ^+ a * (top - u) ^+ b) ((a`! * b`!)%:R * tail (a + b).+1 a.+1 t (top - t)).
Proof.
exists ((a`! * b`!)%:R *: beta_poly top b a); split=> [u _|].
  rewrite derivZ hornerZ beta_poly_deriv /divided natrM; have /eqP := fact_neq0 F a; have /eqP := fact_neq0 F b.
  move: (a`!%:R : F) (b`!%:R : F) (u ^+ a) (_ ^+ b) => x y p q x0 y0; normal_field F; split=> //.
rewrite !hornerZ beta_poly_tail (beta_poly_ends top b a).1 mulr0 subr0 //.
Qed.

Lemma half_of_odd n : (\sum_(z < n) odd z = n./2)%N.
Proof.
by elim: n => [|n IH]; rewrite ?big_ord0 // big_ord_recr /= IH addnC -uphalf_half.
Qed.

End BetaPolynomial.

Section FullSetResidual.

Variables (F : realFieldType) (d : nat) (beta : nat -> F).
Add Field F_field : (field_laws F).
Hypothesis d_gt0 : (0 < d)%N.
Local Notation e := (residual d (iota 0 d) beta).
Local Notation w := (alternating_binomial F d).
Local Notation sign k := ((-1) ^+ k : F).

Lemma moment_of_feature r : (r < d)%N -> \sum_(z < d.+1) w z * feature F d r z = 0.
Proof.
move=> lt_rd; have sum_w : \sum_(z < d.+1) w z = 0.
  rewrite -[RHS](alternating_binomial_moment F d_gt0); apply: eq_bigr => z _; by rewrite bin0 mulr1.
rewrite /feature; case: eqP => [_ | _]; first by under eq_bigr do rewrite mulr1.
under eq_bigr do rewrite mulrBr mulr1 mulrA; rewrite sumrB sum_w sub0r -mulr_suml.
by rewrite alternating_binomial_moment // mul0r oppr0.
Qed.

Lemma moment_of_residual : \sum_(z < d.+1) w z * e z = -1.
Proof.
have feature0 : \sum_(z < d.+1) w z * feature F d 0 z = 0 by apply: moment_of_feature.
transitivity (\sum_(z < d.+1) w z * target F d z - \sum_(r <- iota 0 d) beta r * \sum_(z < d.+1) w z * feature F d r z).
  under [X in _ - X]eq_bigr do rewrite mulr_sumr; rewrite exchange_big -sumrB; apply: eq_bigr => z _.
  rewrite /residual mulrBr /estimate mulr_sumr; congr (_ - _); apply: eq_bigr => r _; exact: mulrCA.
rewrite [X in _ - X]big1_seq ?subr0 => [|r /andP[_]]; last first.
  by rewrite mem_iota => /andP[_ lt_rd]; rewrite moment_of_feature ?mulr0.
move: feature0; rewrite !big_ord_recr /= /feature /target !eqxx /= mulr0 addr0 alternating_binomial_d mulr1 => /eqP.
rewrite addr_eq0 => /eqP <-; apply: eq_bigr => z _; by rewrite (ltn_eqF (ltn_ord z)).
Qed.

Hypothesis optimal : forall z, (z <= d)%N -> `|e z| <= 2%:R ^- d.

Lemma residual_signs z : (z <= d)%N -> e z = - sign (d + z) / 2%:R ^+ d.
Proof.
pose g (z : 'I_d.+1) := 'C(d, z)%:R / 2%:R ^+ d + w z * e z : F.
have g_ge0 (i : 'I_d.+1) : true -> 0 <= g i.
  move=> _; rewrite /g -ler_subl_addr sub0r; apply: ler_normlW; rewrite normrN normrM alternating_size.
  by rewrite ler_wpmul2l ?ler0n // optimal // -ltnS.
have sum_g : \sum_i g i = 0.
  rewrite big_split moment_of_residual -mulr_suml big_ord_recr /= sum_bin binn subrK divff ?subrr //.
  by rewrite expf_neq0 // pnatr_eq0.
move=> le_zd; have lt_z : (z < d.+1)%N by [].
have /eqP := psumr_eq0P g_ge0 sum_g (i := Ordinal lt_z) isT.
rewrite /g addrC addr_eq0 /= /alternating_binomial => /eqP same.
have C_neq0 : 'C(d, z)%:R != 0 :> F by rewrite pnatr_eq0 -lt0n bin_gt0.
transitivity (sign (d + z) * (sign (d + z) * 'C(d, z)%:R * e z) / 'C(d, z)%:R).
  by rewrite !mulrA sign_sq mul1r mulrAC divff ?mul1r.
rewrite same; move/eqP: C_neq0; move: (sign _) ('C(d, z)%:R : F) ((2%:R ^+ d)^-1 : F) => a b c b0.
by normal_field F.
Qed.

Definition in_sum (z : nat) : F := (odd (d + z))%:R.

Lemma scaled_residual z : (z <= d)%N -> in_sum z = (2%:R ^+ d * e z + 1) / 2%:R.
Proof.
move=> le_zd; have two_neq0 : 2%:R != 0 :> F by rewrite pnatr_eq0.
rewrite residual_signs // /in_sum [2%:R ^+ d * _]mulrC divfK ?expf_neq0 // -signr_odd.
case: (odd _); rewrite ?expr0 ?expr1 ?opprK ?addNr ?mul0r // -[X in X / _](_ : 2%:R = _) ?divff //.
Qed.

Lemma ones_in_sum : ones in_sum d = (d.+1)./2.
Proof.
rewrite -half_of_odd /ones (reindex_inj rev_ord_inj) /=; apply: eq_bigr => z _; congr nat_of_bool.
have le_zd : (z <= d)%N by rewrite -ltnS.
rewrite /in_sum subSS oddD (oddB le_zd) addKb; by case: (odd z); rewrite ?eqxx // eq_sym oner_eq0.
Qed.

Lemma sum_of_spacings ys : size ys = d -> by_spacings (fun=> 1) d ys 1 = 1 :> F.
Proof.
move=> size_ys; pose place (z : nat) : F := nth 1 (0 :: ys) z.
transitivity (\sum_(0 <= z < d.+1) (place z.+1 - place z)).
  rewrite big_mkord; apply: eq_bigr => z _; rewrite mul1r; congr (_ - _).
  by apply: set_nth_default; rewrite /= size_ys.
by rewrite telescope_sumr // /place /= nth_default ?size_ys // subr0.
Qed.

Lemma event_of_spacings ys :
  size ys = d -> by_spacings in_sum d ys 1 = (2%:R ^+ d * by_spacings e d ys 1 + 1) / 2%:R.
Proof.
move=> size_ys; rewrite -[X in _ + X](sum_of_spacings size_ys) /by_spacings mulr_sumr -big_split mulr_suml.
apply: eq_bigr => z _; have le_zd : (z <= d)%N by rewrite -ltnS.
rewrite /= (scaled_residual le_zd).
by move: (nth _ _ _) (nth _ _ _) (e z) (2%:R ^+ d) (2%:R^-1) => a b c x y; normal_ring F.
Qed.

Lemma probability t :
  uniform_probability (fun x : 'I_d -> F => (2%:R ^+ d * residual_at (iota 0 d) beta x + 1) / 2%:R <= t)
    (d`!%:R * volume d (d.+1)./2 t 1).
Proof.
exists (fun=> volume d (d.+1)./2 t 1); split=> [p|]; last by rewrite sumr_const card_Sn mulr_natl.
have values z : in_sum z = 0 \/ in_sum z = 1 by rewrite /in_sum; case: (odd _); [right | left].
have := volume_of values d t ler01; rewrite ones_in_sum; apply: sorted_piecewise_ext => [|ys size_ys path_ys].
  exact: ler01.
rewrite event_of_spacings // residual_sorted // => r; rewrite mem_iota => /andP[_]; exact: ltnW.
Qed.

Lemma beta_value (t : F) : beta_probability (d.+1)./2 (d.+1 - (d.+1)./2) t (d`!%:R * volume d (d.+1)./2 t 1).
Proof.
have half : (0 < (d.+1)./2 <= d)%N.
  rewrite half_gt0 ltnS d_gt0 -[X in (_ <= X)%N]doubleK half_leq // -addnn.
  by rewrite -addn1 leq_add2l.
case def_A : (d.+1)./2 half => [|a] // /andP[_ lt_ad]; pose b := (d - a.+1)%N.
have def_d : (a + b).+1 = d by rewrite /b -addSn subnKC.
have def_B : (d.+1 - a.+1)%N = b.+1 by rewrite subSS /b subnSK.
have fact_n : (a.+1 + b.+1).-1 = d by rewrite addSn addnS -def_d.
rewrite def_B; exists ((a`! * b`!)%:R * volume d a.+1 t 1); last first.
  by rewrite fact_n mulrA divfK // pnatr_eq0 -lt0n muln_gt0 !fact_gt0.
set s := Num.max _ _; suff -> : volume d a.+1 t 1 = tail (a + b).+1 a.+1 s (1 - s) by exact: beta_poly_integral.
rewrite -beta_poly_tail /volume /s; case: (ltP t 0) => [t_lt0 | t_ge0].
  rewrite min_l ?max_l ?(ltW t_lt0) ?(le_trans (ltW t_lt0)) ?ler01 //; exact/esym/(beta_poly_ends 1 b a).1.
case: (ltP t 1) => [t_lt1 | t_ge1].
  by rewrite max_r // beta_poly_tail def_d.
by rewrite max_r ?ler01 // (beta_poly_ends 1 b a).2 def_d.
Qed.

End FullSetResidual.

(** Theorem: the probability of an event for inputs uniform on the cube is one number, if it has one. *)
Theorem uniform_probability_unique (F : realFieldType) (d : nat) (event : ('I_d -> F) -> bool) (v w : F) :
  uniform_probability event v -> uniform_probability event w -> v = w.
Proof.
move=> [parts [each ->]] [parts' [each' ->]]; apply: eq_bigr => p _.
exact: sorted_piecewise_unique (each p) (each' p).
Qed.

Lemma beta_probability_unique (F : realFieldType) (a b : nat) (t v w : F) :
  beta_probability a b t v -> beta_probability a b t w -> v = w.
Proof.
move=> [x int_x ->] [y int_y ->]; congr (_ * _); apply: integral_unique int_x int_y => //.
by rewrite le_maxr lexx.
Qed.

(** Theorem: let all residuals at the vertices be at most 2^-d for the orders 0..d-1, which is the least error. Then for
    inputs uniform on the cube (2^d e + 1)/2 has the distribution Beta(floor((d+1)/2), ceil((d+1)/2)), where e is the
    residual. *)
Theorem residual_beta (F : realFieldType) (d : nat) (beta : nat -> F) (t v : F) :
  (0 < d)%N -> (forall z, (z <= d)%N -> `|residual d (iota 0 d) beta z| <= 2%:R ^- d) ->
  uniform_probability (fun x : 'I_d -> F => (2%:R ^+ d * residual_at (iota 0 d) beta x + 1) / 2%:R <= t) v <->
  beta_probability (d.+1)./2 (d.+1 - (d.+1)./2) t v.
Proof.
move=> d_gt0 optimal; have left := probability d_gt0 optimal t; have right := beta_value d_gt0 t.
split=> other; first by rewrite (uniform_probability_unique other left).
by rewrite (beta_probability_unique other right).
Qed.
