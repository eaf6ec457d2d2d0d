(** * Identities in an ordered field, and in a commutative ring, by computation

    MathComp's ordered fields reach Coq's [ring] and [field] tactics through one spelling of each operation: MathComp
    writes the same addition in several convertible ways, one for each algebraic structure that a field has, and [ring]
    takes them for different functions.  [normal_ring] and [normal_field] rewrite a goal into the one spelling first.
    A file that uses them declares, in its section: [Add Field F_field : (field_laws F)].  In a commutative ring [A] it
    is [Add Ring A_ring : (ring_laws A)] and [commutative_ring A]. *)

From Coq Require Export Ring Field.
From mathcomp Require Import all_ssreflect all_algebra.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Operations.

Variable F : realFieldType.
Implicit Types x y : F.

Definition f_atom x : F := x.
Definition f_nat (n : nat) : F := n%:R.
Definition f_exp x (n : nat) : F := x ^+ n.
Definition f_zero : F := 0.
Definition f_one : F := 1.
Definition f_add x y : F := x + y.
Definition f_mul x y : F := x * y.
Definition f_opp x : F := - x.
Definition f_sub x y : F := x - y.
Definition f_inv x : F := x^-1.
Definition f_div x y : F := x / y.

Lemma field_laws : field_theory f_zero f_one f_add f_mul f_sub f_opp f_div f_inv eq.
Proof.
split=> //; last by move=> x /eqP; exact: mulVf.
- split=> //; rewrite /f_add /f_mul /f_zero /f_one /f_opp.
  + exact: add0r.
  + exact: addrC.
  + exact: addrA.
  + exact: mul1r.
  + exact: mulrC.
  + exact: mulrA.
  + exact: mulrDl.
  + exact: subrr.
by apply/eqP; rewrite oner_eq0.
Qed.

End Operations.

(** [spell F e]: the term [e] of the field [F] with every operation in the one spelling. *)
Ltac spell F e :=
  lazymatch e with
  | @GRing.zero _ => constr:(f_zero F)
  | @GRing.one _ => constr:(f_one F)
  | @GRing.add _ ?a (@GRing.opp _ ?b) => let a := spell F a in let b := spell F b in constr:(@f_sub F a b)
  | @GRing.add _ ?a ?b => let a := spell F a in let b := spell F b in constr:(@f_add F a b)
  | @GRing.opp _ ?a => let a := spell F a in constr:(@f_opp F a)
  | @GRing.mul _ ?a (@GRing.inv _ ?b) => let a := spell F a in let b := spell F b in constr:(@f_div F a b)
  | @GRing.mul _ ?a ?b => let a := spell F a in let b := spell F b in constr:(@f_mul F a b)
  | @GRing.inv _ ?a => let a := spell F a in constr:(@f_inv F a)
  | @GRing.natmul _ (@GRing.one _) (S (S ?n)) =>
      let m := spell F constr:(@GRing.natmul F (GRing.one F) (S n)) in constr:(@f_add F (f_one F) m)
  | @GRing.natmul _ (@GRing.one _) (S O) => constr:(f_one F)
  | @GRing.natmul _ (@GRing.one _) ?n => constr:(@f_nat F n)
  | @GRing.exp _ ?a ?n => let a := spell F a in constr:(@f_exp F a n)
  | _ => constr:(@f_atom F e)
  end.

Ltac spell_goal F :=
  lazymatch goal with |- @eq _ ?a ?b => let a := spell F a in let b := spell F b in change (@eq F a b) end.

Ltac normal_ring F := spell_goal F; ring.
Ltac normal_field F := spell_goal F; field.

Section RingOperations.

Variable A : comRingType.
Implicit Types x y : A.

Definition r_atom x : A := x.
Definition r_zero : A := 0.
Definition r_one : A := 1.
Definition r_add x y : A := x + y.
Definition r_mul x y : A := x * y.
Definition r_opp x : A := - x.
Definition r_sub x y : A := x - y.

Lemma ring_laws : ring_theory r_zero r_one r_add r_mul r_sub r_opp eq.
Proof.
split=> //; rewrite /r_add /r_mul /r_zero /r_one /r_opp.
- exact: add0r.
- exact: addrC.
- exact: addrA.
- exact: mul1r.
- exact: mulrC.
- exact: mulrA.
- exact: mulrDl.
exact: subrr.
Qed.

End RingOperations.

Ltac spell_in_ring A e :=
  lazymatch e with
  | @GRing.zero _ => constr:(r_zero A)
  | @GRing.one _ => constr:(r_one A)
  | @GRing.add _ ?a (@GRing.opp _ ?b) =>
      let a := spell_in_ring A a in let b := spell_in_ring A b in constr:(@r_sub A a b)
  | @GRing.add _ ?a ?b => let a := spell_in_ring A a in let b := spell_in_ring A b in constr:(@r_add A a b)
  | @GRing.opp _ ?a => let a := spell_in_ring A a in constr:(@r_opp A a)
  | @GRing.mul _ ?a ?b => let a := spell_in_ring A a in let b := spell_in_ring A b in constr:(@r_mul A a b)
  | @GRing.natmul _ ?a 2 => let a := spell_in_ring A a in constr:(@r_add A a a)
  | _ => constr:(@r_atom A e)
  end.

Ltac commutative_ring A :=
  lazymatch goal with |- @eq _ ?a ?b =>
    let a := spell_in_ring A a in let b := spell_in_ring A b in change (@eq A a b); ring
  end.
