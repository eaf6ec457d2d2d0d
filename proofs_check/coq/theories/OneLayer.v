(** * One hidden layer does not compute the maximum of three inputs or more

    Claim: no network with fewer than two hidden layers computes the maximum of [d >= 3] inputs.

    Proof.  For a unit [g(x) = relu(a + l(x))] with [l] linear, [g(x) - g(-x)] differs from
    [relu(l(x)) - relu(-l(x)) = l(x)] by at most [2 |a|].  So what a network [f] with one hidden layer computes has a
    linear odd part, up to a constant: [|f(x) - f(-x) - l(x)| <= C] for all [x].  But for the maximum [f],
    [f(x) - f(-x)], the largest entry and the smallest, is [s] at [s e_1], at [s e_2] and at [s (e_1 + e_2)], since a
    third entry is 0; so [s <= 3 C] for all [s >= 0]. *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Classes Reduction NetworkDepth.
From Subpool Require Networks.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section OneLayer.

Variables (F : realFieldType) (d : nat).
Local Notation input := ('I_d -> F).
Local Notation inputs := (inputs F d).
Implicit Types (f g : input -> F) (x : input) (a b : F).

Definition opposite x : input := fun i => - x i.

Definition odd_part_almost_linear f : Prop :=
  exists (w : 'I_d -> F) (C : F), forall x, `|f x - f (opposite x) - \sum_i w i * x i| <= C.

Lemma almost_linear_ext f g : (forall x, f x = g x) -> odd_part_almost_linear g -> odd_part_almost_linear f.
Proof. by move=> same [w [C bound]]; exists w, C => x; rewrite !same. Qed.

Lemma almost_linear_const a : odd_part_almost_linear (fun=> a).
Proof. by exists (fun=> 0), 0 => x; rewrite subrr big1 ?subr0 ?normr0 // => i _; rewrite mul0r. Qed.

Lemma almost_linear_combine f g a b :
  odd_part_almost_linear f -> odd_part_almost_linear g -> odd_part_almost_linear (fun x => a * f x + b * g x).
Proof.
move=> [v [C bound_f]] [w [D bound_g]]; exists (fun i => a * v i + b * w i), (`|a| * C + `|b| * D) => x.
have -> : \sum_i (a * v i + b * w i) * x i = a * (\sum_i v i * x i) + b * (\sum_i w i * x i).
  by rewrite !mulr_sumr -big_split; apply: eq_bigr => i _; rewrite mulrDl !mulrA.
rewrite !opprD [a * f x + _ + _]addrACA [X in `|X|]addrACA -!mulrBr.
apply: le_trans (ler_norm_add _ _) _; rewrite !normrM.
by apply: ler_add; apply: ler_wpmul2l.
Qed.

Lemma almost_linear_sum n (v : nat -> F) (g : nat -> input -> F) :
  (forall i, (i < n)%N -> odd_part_almost_linear (g i)) -> odd_part_almost_linear (fun x => \sum_(i < n) v i * g i x).
Proof.
elim: n => [|n IH] each; first by apply: almost_linear_ext (almost_linear_const 0) => x; rewrite big_ord0.
apply: (@almost_linear_ext _ (fun x => 1 * (\sum_(i < n) v i * g i x) + v n * g n x)).
  by move=> x; rewrite big_ord_recr mul1r.
apply: (@almost_linear_combine (fun x => \sum_(i < n) v i * g i x) (g n)); last exact: each.
by apply: IH => i lt_i; apply: each; apply: ltnW.
Qed.

(** ReLU moves what it is applied to no further apart. *)
Lemma relu_near a b : `|relu (a + b) - relu b| <= `|a|.
Proof.
rewrite /relu; case: (leP 0 (a + b)) => [ab | /ltW ab]; case: (leP 0 b) => [b0 | /ltW b0].
- by rewrite addrK.
- by rewrite subr0 ger0_norm // (le_trans _ (ler_norm a)) // ger_addl.
- rewrite sub0r normrN ger0_norm // -[X in _ <= X]normrN;
  by rewrite (le_trans _ (ler_norm (- a))) // -subr_ge0 -opprD oppr_ge0.
- by rewrite subrr normr0.
Qed.

Lemma almost_linear_relu f : affine_of inputs f -> odd_part_almost_linear (fun x => relu (f x)).
Proof.
case=> b [w def_f]; exists (fun i => w i), (`|b| + `|b|) => x; set l := \sum_i _.
have value y : f y = b + \sum_(i < d) w i * y i.
  rewrite def_f size_map size_enum_ord; congr (_ + _); apply: eq_bigr => i _.
  by rewrite (nth_map i) ?size_enum_ord // nth_ord_enum.
have -> : f (opposite x) = b + - l.
  by rewrite value /l -sumrN; congr (_ + _); apply: eq_bigr => i _; rewrite mulrN.
rewrite value -/l -{3}[l]relu_odd opprD addrACA -opprD; apply: le_trans (ler_norm_sub _ _) _.
by apply: ler_add; apply: relu_near.
Qed.

Lemma almost_linear_affine f : affine_of inputs f -> odd_part_almost_linear f.
Proof.
move=> affine; have opposed : affine_of inputs (fun x => 0 * f x + -1 * f x) by exact: affine_combine.
apply: (@almost_linear_ext _ (fun x => 1 * relu (f x) + -1 * relu (0 * f x + -1 * f x))).
  by move=> x; rewrite mul0r add0r !mulN1r mul1r relu_odd.
by apply: (@almost_linear_combine (fun x => relu (f x)) (fun x => relu (0 * f x + -1 * f x)));
  apply: almost_linear_relu.
Qed.

Lemma in_nth (T : Type) (s : seq T) y i : (i < size s)%N -> List.In (nth y s i) s.
Proof. by elim: s i => // z s IH [|i] lt_i; [left | right; exact: IH]. Qed.

Lemma almost_linear_computes k u f : (k < 2)%N -> computes k u f -> odd_part_almost_linear f.
Proof.
case: k => [|[|//]] _ [hs net affine].
  by inversion net; subst hs; exact: almost_linear_affine.
inversion net as [|? v gs ? before units]; subst; inversion before; subst gs.
case: affine => b [w def_f].
apply: (@almost_linear_ext _ (fun x => 1 * b + 1 * \sum_(i < size hs) w i * nth (fun=> 0) hs i x)).
  by move=> x; rewrite !mul1r.
apply: (@almost_linear_combine (fun=> b) (fun x => \sum_(i < size hs) w i * nth (fun=> 0) hs i x)).
  exact: almost_linear_const.
apply: almost_linear_sum => i lt_i; have [g affine def_g] := units _ (in_nth (fun=> 0) lt_i).
exact: almost_linear_ext def_g (almost_linear_relu affine).
Qed.

(** The value of [max x - max (-x)] at [s] times a 0/1 vector that is neither 0 nor 1. *)
Lemma odd_part_of_maximum (A : pred 'I_d) s i j :
  0 <= s -> A i -> ~~ A j -> let x l := if A l then s else 0 in maximum x - maximum (opposite x) = s.
Proof.
move=> s_ge0 in_i out_j x; rewrite /maximum (@max_overE _ _ setT x i) // => [|l _]; last first.
  by rewrite /x in_i; case: (A l).
rewrite (@max_overE _ _ setT (opposite x) j) // /opposite /x ?in_i ?(negbTE out_j) ?oppr0 ?addr0 // => l _.
by case: (A l); rewrite ?oppr_le0 ?oppr0.
Qed.

Lemma maximum_not_almost_linear : (3 <= d)%N -> ~ odd_part_almost_linear (@maximum F d).
Proof.
move=> d_ge3 [w [C bound]]; have lt1 : (1 < d)%N by apply: ltnW. have lt0 := ltnW lt1.
pose i0 := Ordinal lt0; pose i1 := Ordinal lt1; pose i2 := Ordinal d_ge3.
have C_ge0 : 0 <= C by apply: le_trans (bound (fun=> 0)); apply: normr_ge0.
pose s := C *+ 3 + 1; have s_ge0 : 0 <= s by rewrite addr_ge0 ?mulrn_wge0 ?ler01.
pose at_set (A : pred 'I_d) l := if A l then s else 0.
have value (A : pred 'I_d) i j : A i -> ~~ A j -> `|s - \sum_(l | A l) w l * s| <= C.
  move=> in_i out_j; have := bound (at_set A); rewrite (odd_part_of_maximum s_ge0 in_i out_j).
  rewrite [in X in _ -> X]big_mkcond (eq_bigr (fun l => if A l then w l * s else 0)) // => l _.
  by rewrite /at_set; case: (A l); rewrite ?mulr0.
have first := @value (pred1 i0) i0 i2 isT isT; have second := @value (pred1 i1) i1 i2 isT isT.
have both := @value (pred2 i0 i1) i0 i2 isT isT.
have sum_both : \sum_(l | pred2 i0 i1 l) w l * s = w i0 * s + w i1 * s.
  by rewrite (bigD1 i0) //= (big_pred1 i1) // => l /=; case: eqP => [-> | _]; rewrite ?andbT ?andbF.
rewrite !big_pred1_eq in first second; rewrite sum_both in both.
have : s <= C + C + C.
  rewrite (_ : s = (s - w i0 * s) + (s - w i1 * s) - (s - (w i0 * s + w i1 * s))).
    apply: le_trans (ler_norm _) _; apply: le_trans (ler_norm_sub _ _) _; apply: ler_add => //.
    by apply: le_trans (ler_norm_add _ _) _; apply: ler_add.
  by rewrite opprB [s - _ + _]addrACA -opprD addrA subrK addrK.
by rewrite /s !mulrS mulr0n addr0 !addrA leNgt ltr_addl ltr01.
Qed.

(** ** A network as data is a network as a function *)

Lemma affine_over (I : finType) hs (g : I -> input -> F) (w : I -> rat) (b : rat) :
  (forall i, affine_of hs (g i)) -> affine_of hs (fun x => Networks.affine w b (fun i => g i x)).
Proof.
move=> affine; pose sum (s : seq I) x := \sum_(i <- s) ratr (w i) * g i x + ratr b.
have each s : affine_of hs (sum s).
  elim: s => [|i s IH]; first by apply: affine_ext (affine_const hs (ratr b)) => x; rewrite /sum big_nil add0r.
  apply: affine_ext (affine_combine (ratr (w i)) 1 (affine i) IH) => x.
  by rewrite /sum big_cons mul1r addrA.
exact: affine_ext (each (index_enum I)).
Qed.

Lemma computes_data (I : finType) k (net : Networks.network I k) (g : I -> input -> F) n u hs :
  hidden n u hs -> (forall i, affine_of hs (g i)) ->
  exists v, computes (n + k) v (fun x => Networks.compute net (fun i => g i x)).
Proof.
elim: net g n u hs => [{}I w b | {}I {}k H w b rest IH] g n u hs before affine.
  by exists u, hs; [rewrite addn0 | exact: affine_over].
pose unit h x := Networks.relu (Networks.affine (w h) (b h) (fun i => g i x)).
rewrite addnS -addSn; apply: (IH unit n.+1 (u + size (map unit (enum H)))%N (map unit (enum H))).
  apply: one_layer_more before _ => f /List.in_map_iff [h [<- _]].
  exists (fun x => Networks.affine (w h) (b h) (fun i => g i x)); first exact: affine_over.
  by move=> x; rewrite /relu maxC.
move=> h; have lt_h : (index h (enum H) < size (map unit (enum H)))%N by rewrite size_map index_mem mem_enum.
by apply: affine_ext (affine_nth lt_h) => x; rewrite (nth_map h) ?index_mem ?nth_index ?mem_enum.
Qed.

End OneLayer.

(** Theorem: a ReLU network that computes the maximum of three or more inputs has two hidden layers at least, whatever
    its weights and however many units it has. *)
Theorem one_layer_is_not_enough (F : realFieldType) (d k units : nat) :
  (3 <= d)%N -> computes k units (@maximum F d) -> (2 <= k)%N.
Proof.
move=> d_ge3 net; rewrite leqNgt; apply/negP => lt_k.
exact: maximum_not_almost_linear d_ge3 (almost_linear_computes lt_k net).
Qed.

(** Theorem: a ReLU network with rational weights, given as data, that computes the maximum of three or more inputs has
    two hidden layers at least. *)
Theorem one_layer_is_not_enough_data (F : realFieldType) (d k : nat) (net : Networks.network [finType of 'I_d] k) :
  (3 <= d)%N -> (forall x : 'I_d -> F, Networks.compute net x = maximum x) -> (2 <= k)%N.
Proof.
move=> d_ge3 correct; have [units [hs before f]] := computes_data net (no_layer F d) (@affine_input F d).
apply: (@one_layer_is_not_enough F d k units) => //; exists hs => //.
by apply: affine_ext f => x; rewrite -correct.
Qed.
