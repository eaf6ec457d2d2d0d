(** * The largest orders and one more

    Claim: let [1 <= r <= i], [i = d-j-1], and [H = sum_{1<=k<=j} C(d,k)].  The orders {0, r} and d-j..d-1 achieve the
    error [E] on the cube iff [E >= 1/(1 + H + C(d-1,j) (d+r)/(d-r))], without 0 iff [E >= 1/(H + C(d-1,j) (d+r)/(d-r))];
    relative to the range, the orders {r} and d-j..d-1 iff [E >= 1/(H + C(d-1,j) d/(d-r))].

    Proof.  Functions of the span are [a + b C(z,r)] on 0..i; relative to the range, [a = 0].  So the d-th difference,
    which vanishes, extrapolates them to [d] from their values at 0, i and d-j..d-1: the sums of the weights
    [(-1)^(d+z) C(d,z)] and of those times [C(z,r)] over 0..i are, but for the sign, [C(d-1,j)] and
    [C(d,r) C(d-r-1,j)].  The function that is 1 or -1 there, with alternating signs from i on, attains the bound. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Algebra Binomials Classes Duality Reduction Extremal TopFamily FewPlaces.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section TopAndOne.

Variable F : realFieldType.
Add Field F_field : (field_laws F).
Local Notation sign k := ((-1) ^+ k : F).

Lemma sign_even_sum a b c : (a + b = c + c)%N -> sign a = sign b.
Proof.
by move=> sum; rewrite -[LHS]mulr1 -[X in _ * X](sign_sq F b) mulrA -exprD sum exprD sign_sq mul1r.
Qed.

(** A function that is [a + b C(z,r)] on 0..i has there no differences but those of the orders 0 and r. *)
Lemma newton_low (a b : F) (u : nat -> F) i r k :
  (forall z, (z <= i)%N -> u z = a + b * 'C(z, r)%:R) -> (k <= i)%N ->
  newton u k = a * (k == 0%N)%:R + b * (k == r)%:R.
Proof.
move=> def_u le_ki; rewrite /newton.
transitivity (a * (\sum_(z < k.+1) sign (k + z) * ('C(k, z) * 'C(z, 0))%:R)
  + b * (\sum_(z < k.+1) sign (k + z) * ('C(k, z) * 'C(z, r))%:R)).
  rewrite !mulr_sumr -big_split /=; apply: eq_bigr => z _.
  have le_zi : (z <= i)%N by apply: leq_trans le_ki; rewrite -ltnS.
  rewrite def_u // bin0 muln1 natrM.
  by move: (sign (k + z)) ('C(k, z)%:R : F) ('C(z, r)%:R : F) => x y c; normal_ring F.
congr (_ * _ + _ * _); first by rewrite difference // eq_sym.
case: (leqP r k) => [le_rk | lt_kr]; first by rewrite difference // eq_sym.
rewrite (ltn_eqF lt_kr) big1 // => z _; rewrite (@bin_small z) ?muln0 ?mulr0 //.
by apply: leq_ltn_trans lt_kr; rewrite -ltnS.
Qed.

(** Alternating sums that are cut short. *)
Lemma cut_sum n i : (0 < n)%N -> \sum_(z < i.+1) alternating_binomial F n z = sign (n + i) * 'C(n.-1, i)%:R.
Proof.
move=> n_gt0; transitivity (sign n * \sum_(z < i.+1) sign z * 'C(n.-1.+1, z)%:R).
  by rewrite mulr_sumr; apply: eq_bigr => z _; rewrite /alternating_binomial prednK // exprD mulrA.
by rewrite alternating_cut mulrA -exprD.
Qed.

Lemma cut_moment n i r :
  (r <= i)%N -> (i < n)%N ->
  \sum_(z < i.+1) alternating_binomial F n z * 'C(z, r)%:R = sign (n + i) * ('C(n, r) * 'C(n - r - 1, i - r))%:R.
Proof.
move=> le_ri lt_in; have lt_rn := leq_ltn_trans le_ri lt_in.
transitivity ('C(n, r)%:R * (sign (n + r) * \sum_(k < (i - r).+1) sign k * 'C((n - r).-1.+1, k)%:R)).
  rewrite -(big_mkord predT (fun z => alternating_binomial F n z * 'C(z, r)%:R)).
  rewrite (big_cat_nat _ _ _ (leq0n r)) ?(leqW le_ri) //= big_nat big1 ?add0r; last first.
    by move=> z /andP[_ lt_zr]; rewrite (@bin_small z) // mulr0.
  rewrite -{1}[r]add0n big_addn subSn // big_mkord !mulr_sumr; apply: eq_bigr => k _.
  have le_kn : (k + r <= n)%N by have lt_k := ltn_ord k; nat_lia.
  rewrite /alternating_binomial prednK ?subn_gt0 // -mulrA -[X in _ * X = _]natrM.
  rewrite (_ : ('C(n, k + r) * 'C(k + r, r) = 'C(n, r) * 'C(n - r, k))%N); last first.
    rewrite -[in LHS](bin_sub le_kn) -{2}[(k + r)%N](subKn le_kn) bin_swap ?leq_subr //; last exact: ltnW.
    congr (_ * _)%N; rewrite -bin_sub; last by nat_lia.
    by congr 'C(_, _); nat_lia.
  rewrite natrM !exprD.
  by move: (sign n) (sign r) (sign k) ('C(n, r)%:R : F) ('C(n - r, k)%:R : F) => p q s b c; normal_ring F.
rewrite alternating_cut subn1 natrM [sign (n + r) * _]mulrA -exprD mulrCA -addnA subnKC //.
Qed.

(** ** The largest orders *)

Section TopPlaces.

Variables d j : nat.
Hypothesis lt_jd : (j < d)%N.

Let i := (d - j.+1)%N.
Let d_gt0 : (0 < d)%N. Proof. exact: leq_ltn_trans (leq0n j) lt_jd. Qed.
Let def_i : (d - j = i.+1)%N. Proof. by rewrite /i subnS prednK // subn_gt0. Qed.
Let lt_id : (i < d)%N. Proof. by rewrite -def_i leq_subr. Qed.
Ltac top_lia := generalize lt_jd def_i; clearbody i; intros; nat_lia.

(** The alternating sum over 0..i. *)
Lemma low_sum : \sum_(z < i.+1) alternating_binomial F d z = sign j.+1 * 'C(d.-1, j)%:R.
Proof.
rewrite cut_sum //; congr (_ * _%:R); first by apply: (@sign_even_sum _ _ d); top_lia.
by rewrite -bin_sub; [congr 'C(_, _); top_lia | top_lia].
Qed.

Definition top_places : seq (nat * F) := [seq (z, - alternating_binomial F d z) | z <- top d j].

Lemma top_places_moment s :
  (s < d)%N ->
  \sum_(p <- top_places) p.2 * 'C(p.1, s)%:R
    = 'C(d, s)%:R + \sum_(z < i.+1) alternating_binomial F d z * 'C(z, s)%:R.
Proof.
move=> lt_sd; have := alternating_binomial_moment F lt_sd; rewrite big_ord_recr /= alternating_binomial_d mul1r.
rewrite -(big_mkord predT (fun z => alternating_binomial F d z * 'C(z, s)%:R)).
rewrite (big_cat_nat _ _ _ (leq0n i.+1)) //= big_mkord => zero.
rewrite big_map /top -{2}(subKn (ltnW lt_jd)) -/(index_iota (d - j) d) def_i.
under eq_bigr do rewrite mulNr; rewrite sumrN /=; move: zero.
move: (\sum_(z < i.+1) _) (\sum_(i.+1 <= z < d) _) ('C(d, s)%:R : F) => x y c zero.
by rewrite -[RHS]subr0 -zero; normal_ring F.
Qed.

Lemma top_places_low s : (i < s)%N -> \sum_(z < i.+1) alternating_binomial F d z * 'C(z, s)%:R = 0.
Proof. by move=> lt_is; rewrite big1 // => z _; rewrite (@bin_small z) ?mulr0 // (leq_trans (ltn_ord z)). Qed.

Lemma top_places_size : \sum_(p <- top_places) `|p.2| = (row_sum d j)%:R.
Proof.
rewrite big_map -upper_row_sum // /top -{2}(subKn (ltnW lt_jd)) -/(index_iota (d - j) d).
by apply: eq_bigr => z _; rewrite /= normrN /alternating_binomial normrM sign_abs mul1r normr_nat.
Qed.

Lemma top_places_below : all (fun p => (p.1 < d)%N) top_places.
Proof. by rewrite all_map; apply/allP => z; rewrite mem_iota subnK ?(ltnW lt_jd) // => /andP[]. Qed.

Lemma top_order s : s \in top d j -> (i < s < d)%N.
Proof. by rewrite mem_iota subnK ?(ltnW lt_jd) // -def_i. Qed.


(** For the intercept and the top orders, 0 stands for all of 0..i. *)
Definition top_cube_places : seq (nat * F) := (0%N, - (sign j.+1 * 'C(d.-1, j)%:R)) :: top_places.

Lemma top_solved : solved d (0%N :: top d j) (newton (top_values F d j)) top_cube_places (top_constant d j)%:R.
Proof.
split=> //; first exact: top_constant_gt0; first exact: top_extrapolates.
- move=> z lt_zd; rewrite span_top_intercept // => [|y le_y]; first by rewrite span_newton // normrN sign_abs.
  by rewrite /top_values (maxn_idPr le_y) max0n.
- by rewrite /= d_gt0 top_places_below.
- move=> s; rewrite inE big_cons /= => /predU1P[-> | /top_order/andP[lt_is lt_sd]].
    rewrite bin0 mulr1 top_places_moment // bin0; under [X in _ + (_ + X)]eq_bigr do rewrite bin0 mulr1.
    by rewrite low_sum addrCA addNr addr0.
  by rewrite top_places_moment // top_places_low // (@bin_small 0) ?mulr0 ?add0r ?addr0 // (leq_trans _ lt_is).
by rewrite big_cons /= normrN normrM sign_abs mul1r normr_nat top_places_size /top_constant natrD addrC.
Qed.

Lemma top_range_solved :
  (0 < j)%N -> solved d (top d j) (newton (top_range_values F d j)) top_places (row_sum d j)%:R.
Proof.
move=> j_gt0; have gap_gt0 : (0 < d - j)%N by rewrite subn_gt0.
split=> //; last exact: top_places_size.
- by case: j j_gt0 lt_jd => // k _ lt_k; rewrite ltr0n /row_sum big_ord_recl addn_gt0 bin_gt0 (leq_trans _ lt_k).
- exact: top_range_extrapolates.
- move=> z lt_zd; rewrite span_top // => [|y le_y].
    by rewrite span_newton // /top_range_values; case: ifP; rewrite ?normr0 ?ler01 // normrN sign_abs.
  by rewrite /top_range_values -(prednK gap_gt0) ltnS le_y.
- exact: top_places_below.
move=> s /top_order/andP[lt_is lt_sd].
by rewrite top_places_moment // top_places_low // addr0.
Qed.

End TopPlaces.

(** ** One more order *)

Variables d j r : nat.
Hypotheses (r_gt0 : (0 < r)%N) (j_gt0 : (0 < j)%N) (large : (j + r < d)%N).

Let i := (d - j.+1)%N.

Let lt_jd : (j < d)%N. Proof. exact: leq_ltn_trans (leq_addr r j) large. Qed.
Let lt_rd : (r < d)%N. Proof. exact: leq_ltn_trans (leq_addl j r) large. Qed.
Let d_gt0 : (0 < d)%N. Proof. exact: leq_trans lt_jd. Qed.
Let def_i : (d - j = i.+1)%N. Proof. by rewrite /i subnS prednK // subn_gt0. Qed.
(** Linear arithmetic with what is known of the numbers. *)
Ltac known_lia := generalize large r_gt0 def_i; clearbody i; intros; nat_lia.

Let le_ri : (r <= i)%N. Proof. known_lia. Qed.
Let lt_id : (i < d)%N. Proof. known_lia. Qed.

Let D : F := d%:R.
Let K : F := r%:R.
Let gap_gt0 : 0 < D - K. Proof. by rewrite subr_gt0 ltr_nat. Qed.
Let gap_neq0 : D - K != 0. Proof. exact: lt0r_neq0. Qed.

Definition share : F := D / (D - K) * 'C(d.-1, j)%:R.

Lemma low_moment : \sum_(z < i.+1) alternating_binomial F d z * 'C(z, r)%:R = sign j.+1 * share * 'C(i, r)%:R.
Proof.
rewrite cut_moment // natrM; have -> : 'C(d - r - 1, i - r)%:R = 'C(d.-1 - r, j)%:R :> F.
  by rewrite -bin_sub; [congr ('C(_, _)%:R); known_lia | known_lia].
have swap : 'C(d.-1, r)%:R * 'C(d.-1 - r, j)%:R = 'C(d.-1, j)%:R * 'C(i, r)%:R :> F.
  rewrite -!natrM bin_swap; [|known_lia|known_lia]; congr (_ * 'C(_, _))%:R; known_lia.
have below : 'C(d, r)%:R = D / (D - K) * 'C(d.-1, r)%:R :> F.
  apply: (mulfI gap_neq0); rewrite mulrA [(D - K) * (_ / _)]mulrC divfK // /D /K -natrB ?(ltnW lt_rd) //.
  by rewrite -!natrM mul_bin_down.
rewrite below /share (_ : sign (d + i) = sign j.+1); last by apply: (@sign_even_sum _ _ d); known_lia.
move: swap; move: (D / (D - K)) (sign j.+1) => q s swap.
transitivity (s * q * ('C(d.-1, r)%:R * 'C(d.-1 - r, j)%:R)); last by rewrite swap !mulrA.
by move: ('C(d.-1, r)%:R : F) ('C(d.-1 - r, j)%:R : F) => b c; normal_ring F.
Qed.

(** ** The formula of extrapolation *)

Lemma i_neq0 : 'C(i, r)%:R != 0 :> F.
Proof. exact: bin_neq0. Qed.

Definition range_places : seq (nat * F) := (i, - (sign j.+1 * share)) :: top_places d j.

Lemma range_extrapolating : extrapolating d (r :: top d j) range_places.
Proof.
move=> s; rewrite inE big_cons /= => /predU1P[-> | /(top_order lt_jd)/andP[lt_is lt_sd]].
  by rewrite (top_places_moment lt_jd) // low_moment mulNr addrCA addNr addr0.
by rewrite (top_places_moment lt_jd) // top_places_low // (bin_small lt_is) mulr0 add0r addr0.
Qed.

Definition cube_places : seq (nat * F) := (0%N, sign j.+1 * (share - 'C(d.-1, j)%:R)) :: range_places.

Lemma cube_extrapolating : extrapolating d [:: 0%N, r & top d j] cube_places.
Proof.
move=> s; rewrite inE big_cons /= => /predU1P[-> | in_S].
  rewrite !bin0 !mulr1 big_cons /= bin0 mulr1 (top_places_moment lt_jd) // bin0.
  under [X in _ + (_ + (_ + X))]eq_bigr do rewrite bin0 mulr1.
  rewrite (low_sum lt_jd); move: (sign j.+1) share ('C(d.-1, j)%:R : F) => x y c; by normal_ring F.
have s_gt0 : (0 < s)%N.
  move: in_S; rewrite inE => /predU1P[-> // | /(top_order lt_jd)/andP[lt_is _]].
  exact: leq_ltn_trans lt_is.
by rewrite range_extrapolating // (@bin_small 0) // mulr0 add0r.
Qed.

Lemma share_ge : 'C(d.-1, j)%:R <= share.
Proof.
rewrite /share -[X in X <= _]mul1r ler_wpmul2r ?ler0n // ler_pdivl_mulr // mul1r ler_subl_addr ler_addl.
exact: ler0n.
Qed.

Lemma share_ge0 : 0 <= share.
Proof. exact: le_trans (ler0n _ _) share_ge. Qed.

Lemma range_places_size : \sum_(p <- range_places) `|p.2| = (row_sum d j)%:R + share.
Proof. by rewrite big_cons /= normrN normrM sign_abs mul1r ger0_norm ?share_ge0 // (top_places_size lt_jd) addrC. Qed.

Lemma cube_places_size : \sum_(p <- cube_places) `|p.2| = (row_sum d j)%:R + (2%:R * share - 'C(d.-1, j)%:R).
Proof.
rewrite big_cons /= range_places_size normrM sign_abs mul1r ger0_norm ?subr_ge0 ?share_ge //.
by move: ((row_sum d j)%:R : F) share ('C(d.-1, j)%:R : F) => x y c; normal_ring F.
Qed.

(** ** The functions *)

(** [a + b C(z,r) / C(i,r)] on 0..i, alternating signs from there on. *)
Definition step_values (a b : F) z : F :=
  if (z <= i)%N then a + b / 'C(i, r)%:R * 'C(z, r)%:R else - sign (d + z).

Lemma step_newton a b k : (k <= i)%N -> newton (step_values a b) k = a * (k == 0%N)%:R + b / 'C(i, r)%:R * (k == r)%:R.
Proof. by apply: newton_low => z le_zi; rewrite /step_values le_zi. Qed.

Lemma step_span S a b z :
  uniq S -> (forall s, s \in S -> (s < d)%N) -> (forall s, (i < s < d)%N -> s \in S) ->
  (forall s, (s <= i)%N -> s \notin S -> a * (s == 0%N)%:R + b / 'C(i, r)%:R * (s == r)%:R = 0) ->
  span S (newton (step_values a b)) z = span (iota 0 d) (newton (step_values a b)) z.
Proof.
move=> uniq_S below above low; apply: span_support => // s lt_sd s_notin; case: (leqP s i) => [le_si | lt_is].
  by rewrite step_newton // low.
by case/negP: s_notin; apply: above; rewrite lt_is.
Qed.

Lemma step_at_d a b :
  span (iota 0 d) (newton (step_values a b)) d
    = (row_sum d j)%:R - sign j.+1 * (a * 'C(d.-1, j)%:R + b * share).
Proof.
rewrite span_newton_d -(big_mkord predT (fun z => alternating_binomial F d z * step_values a b z)).
rewrite (big_cat_nat _ _ _ (leq0n i.+1)) //= opprD addrC; congr (_ + - _).
  rewrite -upper_row_sum // -sumrN def_i !big_nat; apply: eq_bigr => z /andP[lt_iz lt_zd].
  by rewrite /step_values leqNgt lt_iz /= /alternating_binomial mulrN opprK mulrAC sign_sq mul1r.
rewrite big_mkord; transitivity (a * (\sum_(z < i.+1) alternating_binomial F d z)
  + b / 'C(i, r)%:R * (\sum_(z < i.+1) alternating_binomial F d z * 'C(z, r)%:R)).
  rewrite !mulr_sumr -big_split /=; apply: eq_bigr => z _; rewrite /step_values -ltnS ltn_ord.
  by rewrite mulrDr mulrC [X in _ + X]mulrCA.
rewrite (low_sum lt_jd) low_moment; have := i_neq0; move: ('C(i, r)%:R : F) => c c_neq0.
rewrite [X in _ + X](_ : _ = b * (sign j.+1 * share)).
  by move: (sign j.+1) share ('C(d.-1, j)%:R : F) => x y e; normal_ring F.
by rewrite mulrA [LHS]mulrAC divfK.
Qed.

Lemma step_within a b z :
  (forall t : F, 0 <= t <= 1 -> `|a + b * t| <= 1) -> `|step_values a b z| <= 1.
Proof.
move=> within; rewrite /step_values; case: ifP => [le_zi | _]; last by rewrite normrN sign_abs.
have pos : 0 < 'C(i, r)%:R :> F by rewrite ltr0n bin_gt0.
rewrite -mulrA [_^-1 * _]mulrC within // divr_ge0 ?ler0n //= ler_pdivr_mulr // mul1r ler_nat.
exact: leq_bin2l.
Qed.

Lemma sign_abs_within (t : F) : 0 <= t <= 1 -> `|- sign j + 2%:R * sign j * t| <= 1.
Proof.
case/andP=> t_ge0 t_le1; have -> : - sign j + 2%:R * sign j * t = sign j * (2%:R * t - 1).
  by move: (sign j) => x; normal_ring F.
rewrite normrM sign_abs mul1r ler_distl subrr mulr_ge0 ?ler0n //= -[1 + 1]/(2%:R) -[X in _ <= X]mulr1.
by rewrite ler_pmul2l ?ltr0n.
Qed.

Lemma low_orders_of s S :
  (s <= i)%N -> s \notin [:: 0%N, r & S] -> (s == 0%N) = false /\ (s == r) = false.
Proof. by move=> _; rewrite !inE !negb_or => /and3P[/negbTE -> /negbTE -> _]. Qed.

Definition cube_values : nat -> F := step_values (- sign j) (2%:R * sign j).

Lemma cube_solved :
  solved d [:: 0%N, r & top d j] (newton cube_values) cube_places
    ((row_sum d j)%:R + (2%:R * share - 'C(d.-1, j)%:R)).
Proof.
have below s : s \in [:: 0%N, r & top d j] -> (s < d)%N.
  by rewrite !inE => /or3P[/eqP-> | /eqP-> | /(top_order lt_jd)/andP[]].
have above s : (i < s < d)%N -> s \in [:: 0%N, r & top d j].
  by move=> range; rewrite !inE mem_iota subnK ?(ltnW lt_jd) // def_i range !orbT.
have uniq_S : uniq [:: 0%N, r & top d j].
  rewrite /= top_uniq !inE !negb_or eq_sym (gtn_eqF r_gt0) /= andbT; apply/andP; split; apply/negP.
    by move/(top_order lt_jd); rewrite ltn0.
  by move/(top_order lt_jd)/andP; rewrite ltnNge le_ri => -[].
have span_S z : span [:: 0%N, r & top d j] (newton cube_values) z = span (iota 0 d) (newton cube_values) z.
  by apply: step_span => // s le_si /(low_orders_of le_si)[-> ->]; rewrite !mulr0 addr0.
split=> //.
- rewrite ltr_paddl ?ler0n // subr_gt0; apply: (@lt_le_trans _ _ (2%:R * 'C(d.-1, j)%:R)).
    by rewrite ltr_pmull ?ltr1n // ltr0n bin_gt0 -ltnS prednK.
  by rewrite ler_pmul2l ?ltr0n // share_ge.
- rewrite span_S step_at_d exprS; move: (sign_sq F j); move: (sign j) => x sq.
  rewrite (_ : - x * _ + _ = x * (2%:R * share - 'C(d.-1, j)%:R)); last first.
    by move: share ('C(d.-1, j)%:R : F) => y c; normal_ring F.
  by rewrite mulN1r mulNr opprK mulrA sq mul1r.
- move=> z lt_zd; rewrite span_S span_newton //; apply: step_within; exact: sign_abs_within.
- by rewrite /= d_gt0 lt_id (top_places_below lt_jd).
- exact: cube_extrapolating.
exact: cube_places_size.
Qed.

Definition range_values : nat -> F := step_values 0 (sign j).

Lemma range_solved :
  solved d (r :: top d j) (newton range_values) range_places ((row_sum d j)%:R + share).
Proof.
have below s : s \in r :: top d j -> (s < d)%N.
  by rewrite inE => /predU1P[-> | /(top_order lt_jd)/andP[]].
have above s : (i < s < d)%N -> s \in r :: top d j.
  by move=> range; rewrite inE mem_iota subnK ?(ltnW lt_jd) // def_i range orbT.
have uniq_S : uniq (r :: top d j).
  by rewrite /= top_uniq andbT; apply/negP => /(top_order lt_jd)/andP; rewrite ltnNge le_ri => -[].
have span_S z : span (r :: top d j) (newton range_values) z = span (iota 0 d) (newton range_values) z.
  apply: step_span => // s le_si; rewrite inE negb_or => /andP[/negbTE -> _].
  by rewrite mul0r mulr0 addr0.
split=> //.
- apply: ltr_paddr; first exact: share_ge0.
  by case: j j_gt0 lt_jd => // k _ lt_k; rewrite ltr0n /row_sum big_ord_recl addn_gt0 bin_gt0 (leq_trans _ lt_k).
- rewrite span_S step_at_d exprS; move: (sign_sq F j); move: (sign j) => x sq.
  by rewrite mul0r add0r mulN1r mulNr opprK mulrA sq mul1r.
- move=> z lt_zd; rewrite span_S span_newton //; apply: step_within => t /andP[t_ge0 t_le1].
  by rewrite add0r normrM sign_abs mul1r ger0_norm.
- by rewrite /= lt_id (top_places_below lt_jd).
- exact: range_extrapolating.
exact: range_places_size.
Qed.

Lemma row_sum_total : (\sum_(k < j.+1) 'C(d, k))%:R = (row_sum d j)%:R + 1 :> F.
Proof. by rewrite big_ord_recl bin0 addnC natrD. Qed.

Lemma cube_constant : 2%:R * share - 'C(d.-1, j)%:R = (d + r)%:R / (d - r)%:R * 'C(d.-1, j)%:R.
Proof.
rewrite natrB ?(ltnW lt_rd) // natrD /share -/D -/K; have /eqP := gap_neq0.
by move: ('C(d.-1, j)%:R : F) D K => c x y nz; normal_field F.
Qed.

Lemma cube_inner : inner_orders d (r :: top d j).
Proof. by rewrite /= r_gt0 lt_rd; apply/allP; apply: top_inner. Qed.

Lemma cube_positive : 0 < (row_sum d j)%:R + (d + r)%:R / (d - r)%:R * 'C(d.-1, j)%:R :> F.
Proof.
apply: ltr_paddl; rewrite ?ler0n // mulr_gt0 ?divr_gt0 ?ltr0n ?addn_gt0 ?subn_gt0 ?d_gt0 //.
by rewrite bin_gt0 -ltnS prednK.
Qed.

End TopAndOne.

(** Theorem: the orders 0, r and d-j..d-1, 1 <= r < d-j, achieve the error E on the cube if and only if
    E >= 1/(sum_{k<=j} C(d,k) + C(d-1,j) (d+r)/(d-r)). *)
Theorem order_and_top (F : realFieldType) (d j r : nat) (E : F) :
  (0 < r)%N -> (0 < j)%N -> (j + r < d)%N ->
  achievable_on_cube d [:: 0%N, r & iota (d - j) j] E <->
  ((\sum_(k < j.+1) 'C(d, k))%:R + (d + r)%:R / (d - r)%:R * 'C(d.-1, j)%:R)^-1 <= E.
Proof.
move=> r_gt0 j_gt0 large; have d_gt0 : (0 < d)%N := leq_ltn_trans (leq0n _) large.
have := solved_least (@cube_solved F d j r r_gt0 large); rewrite cube_constant // => least.
rewrite row_sum_total addrAC; apply: least_on_cube d_gt0 _ _ least E; first exact: cube_positive.
exact: cube_inner.
Qed.

(** Theorem: the orders r and d-j..d-1, 1 <= r < d-j, achieve the error E on the cube if and only if
    E >= 1/(sum_{k<=j} C(d,k) - 1 + C(d-1,j) (d+r)/(d-r)). *)
Theorem order_and_top_without_intercept (F : realFieldType) (d j r : nat) (E : F) :
  (0 < r)%N -> (0 < j)%N -> (j + r < d)%N ->
  achievable_on_cube d (r :: iota (d - j) j) E <->
  ((\sum_(k < j.+1) 'C(d, k))%:R - 1 + (d + r)%:R / (d - r)%:R * 'C(d.-1, j)%:R)^-1 <= E.
Proof.
move=> r_gt0 j_gt0 large; have d_gt0 : (0 < d)%N := leq_ltn_trans (leq0n _) large.
have := solved_least (@cube_solved F d j r r_gt0 large); rewrite cube_constant // => least.
by rewrite row_sum_total addrK; apply: least_without d_gt0 _ least E; apply: cube_inner.
Qed.

(** Theorem: relative to the range, the orders r and d-j..d-1, 1 <= r < d-j, achieve the error E if and only if
    E >= 1/(sum_{k<=j} C(d,k) - 1 + C(d-1,j) d/(d-r)). *)
Theorem range_order_and_top (F : realFieldType) (d j r : nat) (E : F) :
  (0 < r)%N -> (0 < j)%N -> (j + r < d)%N ->
  achievable_relative d (r :: iota (d - j) j) E <->
  ((\sum_(k < j.+1) 'C(d, k))%:R - 1 + d%:R / (d - r)%:R * 'C(d.-1, j)%:R)^-1 <= E.
Proof.
move=> r_gt0 j_gt0 large; have lt_rd : (r < d)%N := leq_ltn_trans (leq_addl _ _) large.
have d_gt1 : (1 < d)%N := leq_ltn_trans r_gt0 lt_rd.
have := solved_least (@range_solved F d j r r_gt0 j_gt0 large); rewrite /share -natrB ?(ltnW lt_rd) // => least.
by rewrite row_sum_total addrK; apply: least_relative d_gt1 _ least E; apply: cube_inner.
Qed.
