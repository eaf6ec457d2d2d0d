(** * Two hidden layers, by the closed formula: [x_q - min = 1/2 sum_F c_F |g_F|] over signed in-forests

    The lists of [ForestFormula.v] are sums of in-trees: where the arcs begin at different vertices, what remains of a
    product when some arcs are taken out is a forest in which [q] has no outgoing arc. *)

From mathcomp Require Import all_ssreflect all_fingroup all_algebra.
From Subpool Require Import Algebra GroupRing Networks TwoLayerForms TwoLayers Forests ForestFormula ForestExpansion.
From Subpool Require Import ForestRing ForestIdentity.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Trees.

Variables (d : nat) (q : 'I_d).
Implicit Types (t : form d) (f g : sums d) (y v : 'I_d) (F : arcs d).

(** From each set of vertices without [y] an arc leads out, if an arc begins there. *)
Definition leads_to y t : Prop :=
  forall C : {set 'I_d}, y \notin C -> forall a, a \in t -> a.2.1 \in C ->
  exists2 b, b \in t & (b.2.1 \in C) && (b.2.2 \notin C).

Definition tree y t : Prop := [/\ signed t, all (fun a => a.2.1 != q) t & leads_to y t].

Definition trees f : Prop := forall y a, a \in f y -> tree y a.2.

Lemma tree_nil y : tree y [::]. Proof. by []. Qed.

Lemma tree_cat y t t' : tree y t -> tree y t' -> tree y (t ++ t').
Proof.
case=> signs avoid leads [signs' avoid' leads']; split.
- by rewrite /signed all_cat; apply/andP.
- by rewrite all_cat avoid.
move=> C out_y a; rewrite mem_cat => /orP[in_a | in_a] begins.
  by have [b in_b leaves] := leads C out_y a in_a begins; exists b; rewrite ?mem_cat ?in_b.
by have [b in_b leaves] := leads' C out_y a in_a begins; exists b; rewrite ?mem_cat ?in_b ?orbT.
Qed.

Lemma tree_hang sigma v y t : sigma \in [:: 1; -1] -> v != q -> tree v t -> tree y ((sigma, (v, y)) :: t).
Proof.
move=> sign_sigma ne_vq [signs avoid leads]; split; [by apply/andP | by apply/andP |].
move=> C out_y a in_a begins; have [in_v | out_v] := boolP (v \in C).
  by exists (sigma, (v, y)); rewrite ?mem_head //= in_v.
move: in_a; rewrite inE => /orP[/eqP def_a | in_a]; first by rewrite def_a /= in begins; rewrite begins in out_v.
by have [b in_b leaves] := leads C out_v a in_a begins; exists b; rewrite // inE in_b orbT.
Qed.

Lemma trees_one : trees (@one_sum d).
Proof. by move=> y a; rewrite inE => /eqP ->; exact: tree_nil. Qed.

Lemma trees_add f g : trees f -> trees g -> trees (add_sums f g).
Proof. by move=> tf tg y a; rewrite mem_cat => /orP[/tf | /tg]. Qed.

Lemma trees_sub f g : trees f -> trees g -> trees (sub_sums f g).
Proof. by move=> tf tg y a; rewrite mem_cat => /orP[/tf // | /mapP[b /tg tree_b ->]]. Qed.

Lemma trees_mul f g : trees f -> trees g -> trees (mul_sums f g).
Proof. by move=> tf tg y a /allpairsP[[b c] [/tf tree_b /tg tree_c ->]]; exact: tree_cat. Qed.

Lemma trees_graft sigma f : sigma \in [:: 1; -1] -> trees f -> trees (graft_sum q sigma f).
Proof.
move=> sign_sigma tf y a /flattenP[S /mapP[v]]; rewrite mem_filter => /andP[/andP[ne_vq _] _] ->.
case/allpairsP=> -[b c] /= [/[!inE] /eqP -> /tf tree_c ->] /=; exact: tree_hang.
Qed.

Lemma trees_w sigma : sigma \in [:: 1; -1] -> trees (w_sum q sigma).
Proof. by move=> sign_sigma; apply: trees_graft => //; exact: trees_one. Qed.

Lemma trees_s : trees (s_sum q).
Proof. by apply: trees_add; exact: trees_w. Qed.

Lemma trees_A f : trees f -> trees (A_sum q f).
Proof.
move=> tf; have th : trees (h_sum q f).
  by apply: trees_sub; [apply: trees_mul => //; exact: trees_w | exact: trees_graft].
by apply: trees_add; [apply: trees_mul => //; exact: trees_w | exact: trees_graft].
Qed.

Lemma trees_power M r : trees (power_sum q M r).
Proof.
elim: M r => [|M IH] [|r]; [exact: trees_s | by [] | exact: trees_mul trees_s (IH 0%N) |].
by apply: trees_add; [exact: trees_mul trees_s (IH r.+1) | exact: trees_A].
Qed.

Lemma tree_formula a : a \in formula q -> tree q a.2.
Proof.
case/flattenP=> S /mapP[i _ ->] /flattenP[T /mapP[r _ ->]] /mapP[b in_b ->].
exact: (trees_power in_b).
Qed.

Lemma forest_in_tree t F :
  tree q t -> different_vertices t -> all (mem t) (arcs_of F) -> F \in in_forests q.
Proof.
move=> [_ /allP avoid leads] different /allP inside.
have inside_t v b u : F v = Some (b, u) -> ((-1) ^+ nat_of_bool b, (v, u)) \in t by move/arc_in/inside.
have none : F q = None.
  by case def_F: (F q) => [[b u]|] //; have := avoid _ (inside_t _ _ _ def_F); rewrite eqxx.
rewrite inE none eqxx andbT in_forest_acyclic; apply/acyclic_onP => C _ /set0Pn[v in_v].
apply/exists_inP; rewrite -[X in is_true X]negbK negb_exists_in; apply/negP => /forall_inP closed.
have out_q : q \notin C by apply/negP => /closed; rewrite none inE.
have := closed v in_v; rewrite negbK inE; case def_F: (F v) => [[b u]|] // _.
have [a in_a /andP[begins]] := leads C out_q _ (inside_t _ _ _ def_F) in_v.
have := closed _ begins; rewrite negbK inE; case def_a: (F a.2.1) => [[b' u']|] // in_u' /negP[].
by have /= <- := same_start different (inside_t _ _ _ def_a) in_a (erefl _).
Qed.

(** ** The number of arcs *)

Definition arcs_number n f : Prop := forall y a, a \in f y -> size a.2 = n.

Lemma number_add n f g : arcs_number n f -> arcs_number n g -> arcs_number n (add_sums f g).
Proof. by move=> nf ng y a; rewrite mem_cat => /orP[/nf | /ng]. Qed.

Lemma number_sub n f g : arcs_number n f -> arcs_number n g -> arcs_number n (sub_sums f g).
Proof. by move=> nf ng y a; rewrite mem_cat => /orP[/nf // | /mapP[b /ng nb ->]]. Qed.

Lemma number_mul m n f g : arcs_number m f -> arcs_number n g -> arcs_number (m + n) (mul_sums f g).
Proof. by move=> nf ng y a /allpairsP[[b c] [/nf nb /ng nc ->]]; rewrite size_cat nb nc. Qed.

Lemma number_graft sigma n f : arcs_number n f -> arcs_number n.+1 (graft_sum q sigma f).
Proof. by move=> nf y a /flattenP[S /mapP[v _ ->]] /allpairsP[[b c] /= [/[!inE] /eqP -> /nf nc ->]] /=; rewrite nc. Qed.

Lemma number_w sigma : arcs_number 1 (w_sum q sigma).
Proof. by apply: number_graft => y a; rewrite inE => /eqP ->. Qed.

Lemma number_s : arcs_number 1 (s_sum q).
Proof. by apply: number_add; exact: number_w. Qed.

Lemma number_A n f : arcs_number n f -> arcs_number n.+2 (A_sum q f).
Proof.
move=> nf; have nh : arcs_number n.+1 (h_sum q f).
  by apply: number_sub; [apply: (@number_mul 1 n) => //; exact: number_w | exact: number_graft].
by apply: number_add; [apply: (@number_mul 1 n.+1) => //; exact: number_w | exact: number_graft].
Qed.

Lemma number_power M r : arcs_number (M + r).+1 (power_sum q M r).
Proof.
elim: M r => [|M IH] [|r]; [exact: number_s | by [] | |]; rewrite addSn -add1n.
  by apply: number_mul (IH 0%N); exact: number_s.
apply: number_add; first by apply: number_mul (IH r.+1); exact: number_s.
by rewrite add1n addnS; exact: number_A.
Qed.

End Trees.

(** Theorem: in the products of [u^r] (s + u A)^M s at the mark q with M + r + 1 >= d the arcs do not begin at different
    vertices; so the list of the closed formula leaves none out. *)
Theorem further_products (d : nat) (q : 'I_d) (M r : nat) a :
  a \in power_sum q M r q -> (d <= (M + r).+1)%N -> ~~ different_vertices a.2.
Proof.
move=> in_a; rewrite -(number_power in_a); apply: contraL => different; rewrite -ltnNge.
have [_ /allP avoid _] := trees_power in_a.
have uniq_q : uniq (q :: [seq b.2.1 | b <- a.2]).
  by rewrite cons_uniq; apply/andP; split=> //; apply/mapP => -[b /avoid ne_q def_q]; rewrite -def_q eqxx in ne_q.
by have := max_card (mem (q :: [seq b.2.1 | b <- a.2])); rewrite (card_uniqP uniq_q) card_ord /= size_map.
Qed.

(** Theorem: the c_F are what the closed formula gives when all is multiplied out, with any E sigma v u in the place of
    e^(sigma (x_u - x_v)^+). *)
Theorem coefficients_by_expansion (A : comRingType) (iota_A : {rmorphism rat -> A}) (d : nat) (q : 'I_d)
    (E : int -> 'I_d -> 'I_d -> A) :
  \sum_(G in in_forests q) iota_A (coefficient_of q G) * \prod_(a <- arcs_of G) E a.1 a.2.1 a.2.2
  = \sum_(t <- formula q | different_vertices t.2) iota_A t.1 * \prod_(a <- t.2) (E a.1 a.2.1 a.2.2 - 1).
Proof.
transitivity (\sum_(t <- formula q) \sum_(G in in_forests q | different_vertices t.2 && all (mem t.2) (arcs_of G))
    iota_A (t.1 * (-1) ^+ (size t.2 - size (arcs_of G))) * \prod_(a <- arcs_of G) E a.1 a.2.1 a.2.2).
  under [RHS]eq_bigr => t _ do rewrite big_mkcondr.
  rewrite [RHS]exchange_big; apply: eq_bigr => G _.
  rewrite /coefficient_of raddf_sum mulr_suml [LHS]big_mkcond; apply: eq_bigr => t _.
  by case: ifP.
rewrite [RHS]big_mkcond big_seq [RHS]big_seq; apply: eq_bigr => t in_t.
have [different | _] := boolP (different_vertices t.2); last by rewrite big_pred0 // => G; rewrite andbF.
have tree_t := tree_formula in_t; have [signs _ _] := tree_t.
rewrite (expand E different signs) mulr_sumr; apply: eq_big => [G | G _].
  by apply/andP/idP => [[] // | inside]; rewrite inside; split=> //; exact: forest_in_tree inside.
by rewrite mulrA rmorphM rmorph_sign.
Qed.

Section Values.

Variables (F : realFieldType) (N : nat) (x : 'I_N.+1 -> F).
Local Notation d := N.+1.
Local Notation K := (constant (exponents F d)).

Definition arc_exponential (theta : int) (v u : 'I_d) : (formal (exponents F d)) :=
  exponential ((theta%:~R * relu (x u - x v), (0, 0)) : exponents F d).

Lemma product_of_arcs (t : form d) :
  \prod_(a <- t) arc_exponential a.1 a.2.1 a.2.2 = exponential ((form_value x t, (0, 0)) : exponents F d).
Proof.
rewrite /form_value; elim: t => [|a t IH]; first by rewrite !big_nil.
by rewrite !big_cons IH -exponentialD; congr (exponential (_, (_, _))); rewrite /= addr0.
Qed.

Lemma distinct_product c (t : form d) :
  distinct F d (K c * \prod_(a <- t) arc_factor x a.1 a.2.1 a.2.2)
  = if different_vertices t then K c * \prod_(a <- t) (arc_exponential a.1 a.2.1 a.2.2 - 1) else 0.
Proof.
have plain_z : plain (\prod_(a <- t) (arc_exponential a.1 a.2.1 a.2.2 - 1)).
  by apply: plain_prod => a; apply: plain_sub; [exact: plain_exponential | exact: plain1].
rewrite plain_constant big_split mulrC /= -![extend _ _ _]/(distinct F d _) mulrC.
rewrite [X in distinct F d X]mulrC plain_z -(big_map (fun a : int * ('I_d * 'I_d) => a.2.1) predT (@epsilon F d)).
rewrite distinct_epsilons -/(different_vertices t).
by case: (different_vertices t); rewrite ?mulr1 ?mulr0.
Qed.

End Values.

(** Theorem: x_q - min(x) = 1/2 sum_F c_F |g_F(x)| over the signed in-forests in which q has no outgoing arc, where
    g_F(x) = sum of sigma_v relu(x_u - x_v) over the arcs v -> u of F, and the c_F are those of the closed formula; for
    any number of inputs, in every ordered field. *)
Theorem closed_formula (F : realFieldType) (d : nat) (x : 'I_d -> F) (q least : 'I_d) :
  (forall i, x least <= x i) ->
  x q - x least = 2%:R^-1 * \sum_(G in in_forests q) ratr (coefficient_of q G) * `|form_value x (arcs_of G)|.
Proof.
case: d x q least => [|N] x q least smallest; first by case: q.
have [s sorted_x] := sorting_permutation x.
have half : (2%:R : F) != 0 by rewrite pnatr_eq0.
apply: (mulfI half); rewrite mulVKf // -(size_formula sorted_x q smallest) [distinct _ _ _]raddf_sum.
rewrite (eq_bigr _ (fun t _ => distinct_product x t.1 t.2 : _ = _)).
rewrite -big_mkcond -(coefficients_by_expansion [rmorphism of constant (exponents F N.+1)] q (arc_exponential x)).
by rewrite raddf_sum; apply: eq_bigr => G _; rewrite product_of_arcs [LHS]size_of_term.
Qed.
