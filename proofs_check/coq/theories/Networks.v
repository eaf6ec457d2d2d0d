(** * ReLU networks

    A network with [k] hidden layers on the inputs [I] is data: weights and biases, here rational.  [compute] evaluates
    it in an ordered field. *)

From mathcomp Require Import all_ssreflect all_algebra.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** The output is an affine function of the inputs; a hidden layer has a finite set [H] of units, each with a weight for
    every input and a bias, and what follows is a network on [H]. *)
Inductive network (I : finType) : nat -> Type :=
| Output of (I -> rat) & rat : network I 0
| Hidden (k : nat) (H : finType) of (H -> I -> rat) & (H -> rat) & network H k : network I k.+1.

Section Compute.

Variable F : realFieldType.

Definition relu (x : F) : F := Num.max x 0.

Definition affine (I : finType) (weights : I -> rat) (bias : rat) (x : I -> F) : F :=
  \sum_i ratr (weights i) * x i + ratr bias.

Fixpoint compute (I : finType) (k : nat) (net : network I k) : (I -> F) -> F :=
  match net with
  | Output weights bias => affine weights bias
  | Hidden _ _ weights biases rest => fun x => compute rest (fun h => relu (affine (weights h) (biases h) x))
  end.

Lemma relu_pos x : 0 <= x -> relu x = x. Proof. exact: max_l. Qed.

Lemma relu_neg x : x <= 0 -> relu x = 0. Proof. exact: max_r. Qed.

Lemma relu_ge0 x : 0 <= relu x. Proof. by rewrite le_maxr lexx orbT. Qed.

Lemma relu_abs x : relu x + relu (- x) = `|x|.
Proof.
case: (lerP 0 x) => [x_ge0 | /ltW x_le0].
  by rewrite relu_pos // relu_neg ?oppr_le0 // addr0 ger0_norm.
by rewrite relu_neg // relu_pos ?oppr_ge0 // add0r ler0_norm.
Qed.

Lemma relu_self x : relu x - relu (- x) = x.
Proof.
case: (lerP 0 x) => [x_ge0 | /ltW x_le0].
  by rewrite relu_pos // relu_neg ?oppr_le0 // subr0.
by rewrite relu_neg // relu_pos ?oppr_ge0 // sub0r opprK.
Qed.

End Compute.
