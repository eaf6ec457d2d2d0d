(** * How many absolute values the closed formula has, and the primes in its denominators

    A forest [F] and the one with all signs changed, [-F], have the same [|g_F|]; so there is one absolute value for
    each pair, with half the sum of the two coefficients.  The forest without arcs has [g = 0]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import TwoLayerForms Forests ForestFormula.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Pairs.

Variables (d : nat) (q : 'I_d).
Implicit Types (F G : arcs d) (v : 'I_d).

Definition opposite F : arcs d := [ffun v => omap (fun a => (~~ a.1, a.2)) (F v)].

Definition no_arcs : arcs d := [ffun=> None].

(** The coefficient of [|g_F|]. *)
Definition joint_coefficient F : rat := 2%:R^-1 * (coefficient_of q F + coefficient_of q (opposite F)).

(** The pairs [{F, -F}] whose [|g_F|] occurs. *)
Definition absolute_values : {set {set arcs d}} :=
  [set [set F; opposite F] | F in in_forests q & (F != no_arcs) && (joint_coefficient F != 0)].

Lemma oppositeK : involutive opposite.
Proof. by move=> F; apply/ffunP => v; rewrite !ffunE; case: (F v) => [[b u]|] //=; rewrite negbK. Qed.

Lemma opposite_neq F : F != no_arcs -> opposite F != F.
Proof.
apply: contraNneq => same; apply/eqP/ffunP => v; have := congr1 (fun G : arcs d => G v) same; rewrite !ffunE.
by case: (F v) => [[[] u]|].
Qed.

Lemma walk_opposite F v k : walk (opposite F) v k = walk F v k.
Proof.
elim: k => // k IH; rewrite !walkS IH; case: (walk F v k) => //= u.
by rewrite /follow ffunE; case: (F u) => [[b w]|].
Qed.

Lemma opposite_in_forests F : (opposite F \in in_forests q) = (F \in in_forests q).
Proof.
rewrite !inE ffunE; congr (_ && _); last by case: (F q) => [[b u]|].
by apply: eq_forallb => v; apply: eq_forallb => k; rewrite walk_opposite.
Qed.

Lemma no_arcs_in_forests : no_arcs \in in_forests q.
Proof.
rewrite inE ffunE eqxx andbT; apply/forallP => v; apply/forallP => k; rewrite walkS.
by case: (walk no_arcs v k) => [u|] //=; rewrite /follow ffunE.
Qed.

Lemma opposite_no_arcs : opposite no_arcs = no_arcs.
Proof. by apply/ffunP => v; rewrite !ffunE. Qed.

Lemma absolute_valuesP A : A \in absolute_values ->
  exists F, [/\ F \in in_forests q, F != no_arcs & A = [set F; opposite F]].
Proof. by case/imsetP=> F; rewrite inE => /andP[in_F /andP[ne _]] ->; exists F. Qed.

Lemma pair_of F H : H \in [set F; opposite F] -> [set H; opposite H] = [set F; opposite F].
Proof. by rewrite in_set2 => /orP[] /eqP ->; rewrite ?oppositeK // setUC. Qed.

Lemma card_pairs : (2 * #|absolute_values| + 1 <= #|in_forests q|)%N.
Proof.
have disjoint_pairs : trivIset absolute_values.
  apply/trivIsetP => A B /absolute_valuesP[F [_ _ ->]] /absolute_valuesP[G [_ _ ->]] ne.
  rewrite -setI_eq0; apply: contraNT ne => /set0Pn[H]; rewrite in_setI => /andP[/pair_of <- /pair_of <-].
  exact: eqxx.
have /eqP <- : (\sum_(A in absolute_values) #|A| == 2 * #|absolute_values|)%N.
  rewrite mulnC -sum_nat_const; apply/eqP/eq_bigr => A /absolute_valuesP[F [_ ne ->]].
  by rewrite cards2 eq_sym opposite_neq.
rewrite (eqP disjoint_pairs).
have inside : cover absolute_values \subset in_forests q :\ no_arcs.
  apply/subsetP => G /bigcupP[A /absolute_valuesP[F [in_F ne ->]]]; rewrite in_set2 in_setD1.
  case/orP=> /eqP ->; first by rewrite ne.
  by rewrite opposite_in_forests in_F andbT -opposite_no_arcs (inj_eq (inv_inj oppositeK)).
by rewrite [in leqRHS](cardsD1 no_arcs) no_arcs_in_forests addnC leq_add2l subset_leq_card.
Qed.

(** Theorem: on d >= 2 vertices at most (3 (2 d + 1)^(d-2) - 1)/2 absolute values occur in the closed formula. *)
Theorem card_absolute_values : (1 < d)%N -> (2 * #|absolute_values| + 1 <= 3 * (2 * d + 1) ^ (d - 2))%N.
Proof. by move=> d_gt1; rewrite -(card_in_forests q d_gt1) card_pairs. Qed.

(** ** Denominators *)

Definition integral (f : sums d) : Prop := forall y a, a \in f y -> a.1 \is a Qint.

Lemma integral_one : integral (@one_sum d).
Proof. by move=> y a; rewrite inE => /eqP ->. Qed.

Lemma integral_add f g : integral f -> integral g -> integral (add_sums f g).
Proof. by move=> int_f int_g y a; rewrite mem_cat => /orP[/int_f | /int_g]. Qed.

Lemma integral_sub f g : integral f -> integral g -> integral (sub_sums f g).
Proof.
by move=> int_f int_g y a; rewrite mem_cat => /orP[/int_f // | /mapP[b /int_g int_b ->]]; rewrite /= mulN1r rpredN.
Qed.

Lemma integral_mul f g : integral f -> integral g -> integral (mul_sums f g).
Proof. by move=> int_f int_g y a /allpairsP[[b c] [/int_f int_b /int_g int_c ->]]; exact: rpredM. Qed.

Lemma integral_graft sigma f : integral f -> integral (graft_sum q sigma f).
Proof.
move=> int_f y a /flattenP[S /mapP[v _ ->]] /allpairsP[[b c] /= [/[!inE] /eqP -> /int_f int_c ->]] /=.
by rewrite mul1r.
Qed.

Lemma integral_s : integral (s_sum q).
Proof. by apply: integral_add; apply: integral_graft; exact: integral_one. Qed.

Lemma integral_A f : integral f -> integral (A_sum q f).
Proof.
move=> int_f; have int_w sigma : integral (w_sum q sigma) by apply: integral_graft; exact: integral_one.
have int_h : integral (h_sum q f) by apply: integral_sub; [exact: integral_mul | exact: integral_graft].
by apply: integral_add; [exact: integral_mul | exact: integral_graft].
Qed.

Lemma integral_power M r : integral (power_sum q M r).
Proof.
elim: M r => [|M IH] [|r]; [exact: integral_s | by [] | exact: integral_mul integral_s (IH 0%N) |].
by apply: integral_add; [exact: integral_mul integral_s (IH r.+1) | exact: integral_A].
Qed.

Local Notation fact_d := ((d.-1)`!%:R : rat).

Lemma integral_quotient (m n : nat) : (0 < m)%N -> (m %| n)%N -> (m%:R)^-1 * n%:R \is a Qint.
Proof.
move=> m_gt0 /dvdnP[k ->]; rewrite natrM mulrC mulfK ?pnatr_eq0 -?lt0n //; exact: rpred_nat.
Qed.

Lemma closed_weight_integral M r : (M + r < d.-1)%N -> closed_weight M r * (fact_d * fact_d) \is a Qint.
Proof.
move=> few; rewrite /closed_weight invfM -mulrA rpredM ?rpredX ?rpredN1 //.
rewrite mulrACA rpredM // integral_quotient ?fact_gt0 //.
  by apply: dvdn_fact; rewrite (leq_ltn_trans (leq_addr r M)).
by rewrite -(bin_fact few) dvdn_mull // dvdn_mulr.
Qed.

Lemma coefficient_integral F : coefficient_of q F * (fact_d * fact_d) \is a Qint.
Proof.
rewrite /coefficient_of mulr_suml big_seq_cond rpred_sum // => t /andP[in_t _].
case/flattenP: in_t => S /mapP[i in_i ->] /flattenP[T /mapP[r in_r ->]] /mapP[b in_b ->] /=.
rewrite mem_iota add0n in in_r; rewrite mem_iota add1n ltnS in in_i.
have int_w : closed_weight (i - r.+1) r * (fact_d * fact_d) \is a Qint.
  by apply: closed_weight_integral; rewrite -addnS subnK //; case/andP: in_i.
have int_b := integral_power in_b.
rewrite mulrAC [_ * b.1 * _]mulrAC; apply: rpredM; first exact: rpredM int_w int_b.
by rewrite rpredX ?rpredN1.
Qed.

(** ** Two inputs: both signs have the same coefficient *)

Definition mirror (t : form d) : form d := [seq (- a.1, a.2) | a <- t].

Definition part F (a : rat * form d) : rat :=
  if different_vertices a.2 && all (mem a.2) (arcs_of F) then a.1 * (-1) ^+ (size a.2 - size (arcs_of F)) else 0.

Lemma arcs_of_opposite F : arcs_of (opposite F) = mirror (arcs_of F).
Proof.
rewrite /arcs_of /mirror; elim: (inputs d) => //= v l IH; rewrite ffunE IH.
by case: (F v) => [[[] u]|] //=; rewrite ?expr0 ?expr1 ?opprK.
Qed.

Lemma part_opposite F a : part (opposite F) (a.1, mirror a.2) = part F a.
Proof.
rewrite /part /= arcs_of_opposite !size_map; congr (if _ && _ then _ else _).
  by rewrite /different_vertices -map_comp.
by rewrite all_map; apply: eq_all => b /=; rewrite mem_map // => -[k [v u]] [l [v' u']] [/oppr_inj -> -> ->].
Qed.

Lemma w_sum_mirror y : w_sum q (-1) y = [seq (a.1, mirror a.2) | a <- w_sum q 1 y].
Proof. by rewrite /w_sum /graft_sum; elim: [seq v <- inputs d | _] => //= v l ->. Qed.

Lemma two_signs F : d.-1 = 1%N -> coefficient_of q (opposite F) = coefficient_of q F.
Proof.
move=> d_two; pose L := scale (closed_weight 0 0) (w_sum q 1 q).
have value G : coefficient_of q G = \sum_(a <- L) part G a + \sum_(a <- L) part G (a.1, mirror a.2).
  rewrite /coefficient_of big_mkcond /formula d_two /= subnn !cats0 /= /s_sum /add_sums w_sum_mirror.
  by rewrite /scale map_cat big_cat /= -map_comp /L /scale !big_map.
rewrite !value addrC; congr (_ + _); apply: eq_bigr => a _; first exact: part_opposite.
by rewrite -[in RHS](oppositeK F) part_opposite.
Qed.

(** ** Primes *)

Lemma prime_fact p n : prime p -> (p %| n`!)%N -> (p <= n)%N.
Proof.
move=> prime_p; elim: n => [|n IH]; first by rewrite dvdn1 => /eqP p1; rewrite p1 in prime_p.
by rewrite factS Euclid_dvdM // => /orP[/dvdn_leq -> // | /IH /leqW].
Qed.

Lemma denominator_divides (c : rat) (m : nat) : c * m%:R \is a Qint -> (`|denq c| %| m)%N.
Proof.
case/QintP=> z def_z; have den_neq0 : (denq c)%:~R != 0 :> rat by rewrite intr_eq0 denq_neq0.
have eq_z : numq c * m%:Z = z * denq c.
  apply/(@intr_inj [numDomainType of rat]); rewrite !rmorphM /= -def_z mulrAC; congr (_ * _).
  by rewrite -[X in _ = X * _]divq_num_den divfK.
rewrite -(@Gauss_dvdr _ `|numq c|); last by rewrite coprime_sym coprime_num_den.
by rewrite -[m]/(`|m%:Z|%N) -abszM eq_z abszM dvdn_mull.
Qed.

(** Theorem: the primes in the denominators of the coefficients of the absolute values are below d. *)
Theorem primes_of_denominators F p :
  (1 < d)%N -> prime p -> (p %| `|denq (joint_coefficient F)|)%N -> (p <= d - 1)%N.
Proof.
move=> d_gt1 prime_p divides; rewrite subn1; apply: (prime_fact prime_p).
suff : joint_coefficient F * ((d.-1)`! ^ 3)%:R \is a Qint.
  by move/denominator_divides/(dvdn_trans divides); rewrite Euclid_dvdX // => /andP[].
have both : (coefficient_of q F + coefficient_of q (opposite F)) * (fact_d * fact_d) \is a Qint.
  by rewrite mulrDl rpredD // coefficient_integral.
rewrite natrX exprS exprS expr1; have [d_two | d_neq2] := eqVneq d.-1 1%N; last first.
  rewrite /joint_coefficient mulrACA; apply: rpredM => //; apply: integral_quotient => //; apply: dvdn_fact.
  by move: d_gt1 d_neq2; case: (d) => [|[|[|n]]].
rewrite /joint_coefficient two_signs // -mulr2n -(mulr_natl (coefficient_of q F)) mulKf //.
by have := coefficient_integral F; rewrite d_two !mulr1.
Qed.

End Pairs.
