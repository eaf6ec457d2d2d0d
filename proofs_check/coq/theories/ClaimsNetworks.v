(** * The claims about networks, and the algebra of two hidden layers, as [Statements.v] says them *)

From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Classes Reduction.
From Subpool Require NetworkDepth Networks TwoLayersAlgebra TwoLayerNetwork.
From Subpool Require Statements.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** Theorem: the claim depth. *)
Theorem depth : Statements.depth.
Proof. by move=> F d R _ _ _ beta; exact: NetworkDepth.depth. Qed.

(** The maximum of two, [relu(a - b) + relu(b) - relu(-b)], in one hidden layer with three units. *)
Definition maximum_of_two : Networks.network [finType of 'I_2] 1 :=
  let signs := [:: [:: 1; -1]; [:: 0; 1]; [:: 0; -1]] in
  Networks.Hidden (fun (h : 'I_3) (i : 'I_2) => nth 0 (nth [::] signs h) i) (fun=> 0)
    (Networks.Output (fun h : 'I_3 => nth 0 [:: 1; 1; -1] h) 0).

Lemma maximum_of_two_correct (F : realFieldType) (x : 'I_2 -> F) : Networks.compute maximum_of_two x = maximum x.
Proof.
have -> : Networks.compute maximum_of_two x
          = Networks.relu (x ord0 - x ord_max) + (Networks.relu (x ord_max) - Networks.relu (- x ord_max)).
  have two : lift ord0 ord0 = ord_max :> 'I_2 by apply: val_inj.
  rewrite /= /Networks.affine !big_ord_recl !big_ord0 /= two !rmorph0 !rmorphN1 !rmorph1.
  by rewrite !mul1r !mulN1r !mul0r !addr0 !add0r.
rewrite Networks.relu_self /maximum /Networks.relu.
case: (lerP (x ord0) (x ord_max)) => [le_x | /ltW le_x].
  rewrite max_r ?subr_le0 // add0r (@max_overE _ _ _ x ord_max) // => i _.
  by case: (unliftP ord_max i) => [j ->|-> //]; rewrite (_ : lift _ _ = ord0) //; apply: val_inj; case: j => [[]].
rewrite max_l ?subr_ge0 // subrK (@max_overE _ _ _ x ord0) // => i _.
by case: (unliftP ord0 i) => [j ->|-> //]; rewrite (_ : lift _ _ = ord_max) //; apply: val_inj; case: j => [[]].
Qed.

(** Theorem: the claim shallow-depth. *)
Theorem shallow_depth : Statements.shallow_depth.
Proof.
move=> F [|[|[|d]]] // _ k bound; first by exists 1%N => //; exists maximum_of_two; exact: maximum_of_two_correct.
exists 2%N; first by case: k bound.
by have [net correct] := TwoLayerNetwork.maximum_in_two_layers (ltn0Sn d.+2); exists net => x; exact: correct.
Qed.

(** Theorem: the claim two-layers-algebra. *)
Theorem two_layers_algebra : Statements.two_layers_algebra.
Proof.
move=> d _; split=> [F z e e' | thetas]; first exact: TwoLayersAlgebra.staircases_by_eigenvalues.
exact: TwoLayersAlgebra.eigenvalues_by_set_functions.
Qed.
