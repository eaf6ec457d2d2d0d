(** * ReLU networks, and how many hidden layers the estimators take

    Claim: every combination of mean subpool maxima of the orders [R] is computed by a ReLU network with
    [ceil(log2 max R)] hidden layers.

    Proof.  [max(a, b) = relu(a - b) + relu(b) - relu(-b)] takes one hidden layer.  A subset of at most [2^(k+1)] inputs
    is the union of two of at most [2^k]; networks with equally many layers are put side by side. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Classes Reduction.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Networks.

Variables (F : realFieldType) (d : nat).
Local Notation input := ('I_d -> F).
Implicit Types (k u v : nat) (hs gs : seq (input -> F)) (f g : input -> F) (J : {set 'I_d}).

Definition relu (y : F) : F := Num.max 0 y.

Lemma relu_odd y : relu y - relu (- y) = y.
Proof. by rewrite /relu oppr_max oppr0 opprK addr_max_min add0r. Qed.

(** A bias and a weighted sum of the outputs [hs]. *)
Definition affine_of hs f : Prop :=
  exists (b : F) (w : nat -> F), forall x, f x = b + \sum_(i < size hs) w i * nth (fun=> 0) hs i x.

Definition inputs : seq (input -> F) := [seq (fun x : input => x i) | i <- enum 'I_d].

(** [hidden k u hs]: the outputs of the last of [k] hidden layers with [u] units in all are [hs], as functions of the
    inputs.  Each unit is a ReLU of an affine function of the outputs of the layer before it. *)
Inductive hidden : nat -> nat -> seq (input -> F) -> Prop :=
  | no_layer : hidden 0 0 inputs
  | one_layer_more k u hs gs :
      hidden k u hs -> (forall g, List.In g gs -> exists2 f, affine_of hs f & forall x, g x = relu (f x)) ->
      hidden k.+1 (u + size gs) gs.

(** A network with [k] hidden layers and [u] units computes [f]: an affine function of the last layer's outputs. *)
Definition computes k u f : Prop := exists2 hs, hidden k u hs & affine_of hs f.

Definition computable k f : Prop := exists u, computes k u f.

Lemma affine_const hs (b : F) : affine_of hs (fun=> b).
Proof. by exists b, (fun=> 0) => x; rewrite big1 ?addr0 // => i _; rewrite mul0r. Qed.

Lemma affine_nth hs i : (i < size hs)%N -> affine_of hs (nth (fun=> 0) hs i).
Proof.
move=> lt_i; exists 0, (fun j => (j == i)%:R) => x; rewrite add0r (bigD1 (Ordinal lt_i)) //= eqxx mul1r.
rewrite big1 ?addr0 // => j ne_j; rewrite (_ : (j == i :> nat) = false) ?mul0r //.
by apply: contraNF ne_j => /eqP def_j; apply/eqP/val_inj.
Qed.

Lemma affine_combine hs f g (a b : F) : affine_of hs f -> affine_of hs g -> affine_of hs (fun x => a * f x + b * g x).
Proof.
move=> [bf [wf def_f]] [bg [wg def_g]]; exists (a * bf + b * bg), (fun i => a * wf i + b * wg i) => x.
rewrite def_f def_g !mulrDr addrACA !mulr_sumr -big_split /=; congr (_ + _).
by apply: eq_bigr => i _; rewrite mulrDl !mulrA.
Qed.

Lemma affine_ext hs f g : (forall x, f x = g x) -> affine_of hs g -> affine_of hs f.
Proof. by move=> same [b [w def_g]]; exists b, w => x; rewrite same. Qed.

Lemma affine_sum hs n (w : nat -> F) (h : nat -> input -> F) :
  (forall i, (i < n)%N -> affine_of hs (h i)) -> affine_of hs (fun x => \sum_(i < n) w i * h i x).
Proof.
elim: n => [|n IH] affine; first by apply: affine_ext (affine_const _ 0) => x; rewrite big_ord0.
apply: (@affine_ext _ _ (fun x => 1 * (\sum_(i < n) w i * h i x) + w n * h n x)).
  by move=> x; rewrite big_ord_recr mul1r.
apply: (@affine_combine hs (fun x => \sum_(i < n) w i * h i x) (h n) 1 (w n)); last exact: affine.
by apply: IH => i lt_i; apply: affine; apply: ltnW.
Qed.

Lemma affine_trans hs gs f :
  (forall i, (i < size gs)%N -> affine_of hs (nth (fun=> 0) gs i)) -> affine_of gs f -> affine_of hs f.
Proof.
move=> affine [b [w def_f]].
apply: (@affine_ext _ _ (fun x => 1 * b + 1 * \sum_(i < size gs) w i * nth (fun=> 0) gs i x)).
  by move=> x; rewrite def_f !mul1r.
apply: (@affine_combine hs (fun=> b) (fun x => \sum_(i < size gs) w i * nth (fun=> 0) gs i x)).
  exact: affine_const.
exact: affine_sum.
Qed.

Lemma affine_cat_left hs gs f : affine_of hs f -> affine_of (hs ++ gs) f.
Proof.
apply: affine_trans => i lt_i; have := @affine_nth (hs ++ gs) i; rewrite nth_cat lt_i; apply.
by rewrite size_cat ltn_addr.
Qed.

Lemma affine_cat_right hs gs f : affine_of gs f -> affine_of (hs ++ gs) f.
Proof.
apply: affine_trans => i lt_i; have := @affine_nth (hs ++ gs) (size hs + i).
have -> : nth (fun=> 0) (hs ++ gs) (size hs + i) = nth (fun=> 0) gs i.
  by rewrite nth_cat addKn; case: ltnP => //; rewrite ltnNge leq_addr.
by rewrite size_cat ltn_add2l; apply.
Qed.

(** Networks with equally many hidden layers, side by side. *)
Lemma side_by_side k u v hs gs :
  hidden k u hs -> hidden k v gs ->
  exists2 ms, hidden k (u + v) ms & (forall f, affine_of hs f \/ affine_of gs f -> affine_of ms f).
Proof.
elim: k u v hs gs => [|k IH] u v hs gs net_h net_g.
  inversion_clear net_h; inversion_clear net_g; exists inputs; first exact: no_layer.
  by move=> f [].
inversion net_h as [|? u' hs' ? net_h' units_h]; inversion net_g as [|? v' gs' ? net_g' units_g]; subst.
have [ms net_m affine_m] := IH _ _ _ _ net_h' net_g'.
exists (hs ++ gs); last by move=> f [/affine_cat_left | /affine_cat_right].
rewrite addnACA -size_cat; apply: one_layer_more net_m _ => g in_g.
have [/units_h | /units_g] : List.In g hs \/ List.In g gs.
- by apply: List.in_app_or.
- by case=> f affine_f def_g; exists f => //; apply: affine_m; left.
by case=> f affine_f def_g; exists f => //; apply: affine_m; right.
Qed.

Lemma computable_ext k f g : (forall x, f x = g x) -> computable k g -> computable k f.
Proof. by move=> same [u [hs net affine]]; exists u, hs => //; apply: affine_ext affine. Qed.

Lemma computable_combine k f g (a b : F) :
  computable k f -> computable k g -> computable k (fun x => a * f x + b * g x).
Proof.
move=> [u [hs net_h affine_f]] [v [gs net_g affine_g]]; have [ms net affine_m] := side_by_side net_h net_g.
exists (u + v)%N, ms => //; apply: (@affine_combine ms f g); apply: affine_m; [by left | by right].
Qed.

Lemma computable_max k f g : computable k f -> computable k g -> computable k.+1 (fun x => Num.max (f x) (g x)).
Proof.
move=> [u [hs net_h affine_f]] [v [gs net_g affine_g]]; have [ms net affine_m] := side_by_side net_h net_g.
have in_f : affine_of ms f by apply: affine_m; left.
have in_g : affine_of ms g by apply: affine_m; right.
pose units := [:: (fun x => relu (f x - g x)); (fun x => relu (g x)); (fun x => relu (- g x))].
exists (u + v + size units)%N, units.
  apply: one_layer_more net _ => h [<- | [<- | [<- | //]]].
  - exists (fun x => 1 * f x + -1 * g x); first exact: (@affine_combine ms f g).
    by move=> x; rewrite mul1r mulN1r.
  - by exists g.
  exists (fun x => 0 * g x + -1 * g x); first exact: (@affine_combine ms g g).
  by move=> x; rewrite mul0r add0r mulN1r.
exists 0, (fun i => if i == 2%N then -1 else 1) => x; rewrite !big_ord_recr big_ord0 /= !add0r !mul1r mulN1r /relu.
rewrite -addrA oppr_max oppr0 opprK addr_max_min add0r.
by rewrite addr_maxl add0r subrK maxC.
Qed.

Lemma affine_input i : affine_of inputs (fun x => x i).
Proof.
have lt_i : (i < size inputs)%N by rewrite size_map size_enum_ord.
by apply: affine_ext (affine_nth lt_i) => x; rewrite (nth_map i) ?size_enum_ord // nth_ord_enum.
Qed.

Lemma computable_input k i : computable k (fun x => x i).
Proof.
elim: k => [|k IH]; first by exists 0%N, inputs; [exact: no_layer | exact: affine_input].
by apply: computable_ext (computable_max IH IH) => x; rewrite maxxx.
Qed.

Lemma computable_const k (b : F) : computable k (fun=> b).
Proof.
have [hs net] : exists hs, hidden k 0 hs; last by exists 0%N, hs => //; apply: affine_const.
elim: k => [|k [hs net]]; first by exists inputs; exact: no_layer.
by exists [::]; rewrite -[0%N]/(0 + size ([::] : seq (input -> F)))%N; apply: one_layer_more net _.
Qed.

Lemma computable_sum k (I : Type) (s : seq I) (P : pred I) (w : I -> F) (h : I -> input -> F) :
  (forall i, P i -> computable k (h i)) -> computable k (fun x => \sum_(i <- s | P i) w i * h i x).
Proof.
move=> each; elim: s => [|i s IH].
  by apply: computable_ext (computable_const k 0) => x; rewrite big_nil.
apply: (@computable_ext _ _ (fun x => (if P i then w i * h i x else 0) + 1 * \sum_(j <- s | P j) w j * h j x)).
  by move=> x; rewrite big_cons mul1r; case: (P i); rewrite ?add0r.
case Pi: (P i); first exact: (@computable_combine k (h i) _ (w i) 1 (each _ Pi) IH).
by apply: computable_ext IH => x; rewrite add0r mul1r.
Qed.

Lemma attained J (x : input) : J != set0 -> exists2 i, i \in J & forall j, j \in J -> x j <= x i.
Proof. by case/set0Pn=> j in_J; case: (arg_maxP x in_J) => i in_i largest; exists i. Qed.

(** Sets of at most twice [n] elements in two parts. *)
Lemma split_set J n :
  (0 < n)%N -> (#|J| <= 2 * n)%N -> exists2 K : {set 'I_d}, K \subset J & (#|K| <= n)%N && (#|J :\: K| <= n)%N.
Proof.
move=> n_gt0 size_J; exists [set i in take n (enum J)].
  by apply/subsetP => i; rewrite inE => /mem_take; rewrite mem_enum.
have size_K : #|[set i in take n (enum J)]| = minn n #|J|.
  by rewrite cardsE (card_uniqP _) ?take_uniq ?enum_uniq // size_take_min -cardE.
rewrite cardsD (setIidPr _) ?size_K ?geq_minl /=; last first.
  by apply/subsetP => i; rewrite inE => /mem_take; rewrite mem_enum.
by rewrite minnC minnE subKn ?leq_subr // leq_subLR addnn -mul2n.
Qed.

Lemma max_over_union J (K : {set 'I_d}) (x : input) :
  K \subset J -> K != set0 -> J :\: K != set0 -> max_over J x = Num.max (max_over K x) (max_over (J :\: K) x).
Proof.
move=> sub_J /attained-/(_ x)[i in_K largest_i] /attained-/(_ x)[j in_L largest_j].
rewrite (max_overE in_K largest_i) (max_overE in_L largest_j).
have all_J l : l \in J -> x l <= Num.max (x i) (x j).
  move=> in_J; rewrite le_maxr; case: (boolP (l \in K)) => [/largest_i -> // | l_notin].
  by rewrite largest_j ?orbT // inE l_notin.
case: leP all_J => _ all_J; apply: max_overE => //; first by case/setDP: in_L.
exact: (subsetP sub_J).
Qed.

Lemma computable_max_over k J : (#|J| <= 2 ^ k)%N -> computable k (max_over J).
Proof.
elim: k J => [|k IH] J size_J; case: (set_0Vmem J) => [-> | [j in_J]].
- by apply: computable_ext (computable_const 0 1) => x; rewrite max_over_set0.
- have def_J : J = [set j] by apply/esym/eqP; rewrite eqEcard sub1set in_J cards1.
  apply: computable_ext (computable_input 0 j) => x.
  by rewrite def_J (@max_overE _ _ _ _ j) ?inE // => i; rewrite inE => /eqP->.
- by apply: computable_ext (computable_const k.+1 1) => x; rewrite max_over_set0.
have [K sub_K /andP[size_K size_L]] : exists2 K : {set 'I_d}, K \subset J & (#|K| <= 2 ^ k)%N && (#|J :\: K| <= 2 ^ k)%N.
  by apply: split_set; rewrite ?expn_gt0 // -expnS.
have deeper (L : {set 'I_d}) : (#|L| <= 2 ^ k)%N -> computable k.+1 (max_over L).
  by move/IH => comp; apply: computable_ext (computable_max comp comp) => x; rewrite maxxx.
have [K0 | some_K] := boolP (K == set0); first by apply: deeper; rewrite -[J]setD0 -(eqP K0).
have [L0 | some_L] := boolP (J :\: K == set0).
  have -> : J = K by apply/eqP; rewrite eqEsubset sub_K andbT -setD_eq0.
  exact: deeper.
by apply: computable_ext (computable_max (IH K size_K) (IH _ size_L)) => x; apply: max_over_union.
Qed.

Lemma computable_subpool_max k r : (r <= 2 ^ k)%N -> computable k (@subpool_max F d r).
Proof.
move=> le_r; apply: (@computable_ext _ _ (fun x => \sum_(J : {set 'I_d} | #|J| == r) 'C(d, r)%:R^-1 * max_over J x)).
  by move=> x; rewrite /subpool_max mulr_sumr.
apply: computable_sum => J /eqP size_J; apply: computable_max_over.
by rewrite size_J.
Qed.

End Networks.

(** Theorem: a combination of mean subpool maxima of some orders is computed by a ReLU network with ceil(log2 m) hidden
    layers, m the largest of the orders. *)
Theorem depth (F : realFieldType) (d : nat) (orders : seq nat) (beta : nat -> F) :
  exists units, computes (up_log 2 (\max_(r <- orders) r)) units
    (fun x : 'I_d -> F => \sum_(r <- orders) beta r * subpool_max r x).
Proof.
set k := up_log _ _; have fits r : r \in orders -> (r <= 2 ^ k)%N.
  by move=> in_R; apply: leq_trans (leq_bigmax_seq _ in_R isT) (up_logP _ _).
have := @computable_sum F d k _ orders (fun r => r <= 2 ^ k)%N beta (@subpool_max F d) (@computable_subpool_max F d k).
apply: computable_ext => x; rewrite [RHS]big_mkcond !big_seq; apply: eq_bigr => r in_R.
by rewrite fits.
Qed.
