(** * Sums over the images of linear forms in maxima of two numbers

    A form is an integer combination of the numbers M_ij = max(x_i, x_j), M_ii = x_i, of n numbers x_0..x_{n-1}.  Under a
    permutation p of the positions, a list with the image of i in place i, M_ij becomes M_{p(i) p(j)}.  An image of a form
    is the list of its coefficients for all pairs i <= j, so that equal images are equal lists.  A group is a list of
    permutations. *)

From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Checker.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

(** A multiple of M_ij. *)
Definition part : Type := Z * (nat * nat).
Definition M (k : Z) (i j : nat) : part := (k, (i, j)).
Definition form : Type := seq part.

(** The fraction c = p/q and a form. *)
Definition row : Type := (Z * Z) * form.
Definition times (p q : Z) (k : form) : row := ((p, q), k).

Arguments M k%Z_scope i%nat_scope j%nat_scope.
Arguments times p%Z_scope q%Z_scope k.

(** All pairs i <= j. *)
Definition pairs (n : nat) : seq (nat * nat) := [seq (i, j) | i <- iota 0 n, j <- iota i (n - i)].

Definition same_pair (a b : nat * nat) : bool := (a == b) || (a == (b.2, b.1)).

(** The coefficient of M_ij. *)
Definition coefficient (k : form) (ij : nat * nat) : Z := sum [seq e.1 | e <- k & same_pair e.2 ij].

Definition moved (p : seq nat) (k : form) : form := [seq (e.1, (nth 0%N p e.2.1, nth 0%N p e.2.2)) | e <- k].

Definition image (n : nat) (k : form) (p : seq nat) : seq Z := [seq coefficient (moved p k) ij | ij <- pairs n].

(** The different images under a group. *)
Definition images (n : nat) (G : seq (seq nat)) (k : form) : seq (seq Z) := undup [seq image n k p | p <- G].

Section Values.

Variable F : realFieldType.
Implicit Types (x : nat -> F).

Definition relu (v : F) : F := Num.max 0 v.

(** The value of the form with the coefficients A. *)
Definition value (n : nat) (A : seq Z) x : F := \sum_(t <- zip A (pairs n)) of_Z F t.1 * Num.max (x t.2.1) (x t.2.2).

(** The sum over the rows of c phi(image) over the different images of the form. *)
Definition orbit_sum (phi : F -> F) (n : nat) (G : seq (seq nat)) (rows : seq row) x : F :=
  \sum_(r <- rows) ratio F r.1.1 r.1.2 * \sum_(A <- images n G r.2) phi (value n A x).

(** The maximum of x_0..x_{n-1}. *)
Definition max_of (n : nat) x : F := \big[Num.max/x 0%N]_(i <- iota 0 n) x i.

(** At all points, t max = the sum over the plain rows, phi(v) = v, + the sum over the other rows, phi = relu. *)
Definition max_by_images (n : nat) (G : seq (seq nat)) (t : Z) (plain rows : seq row) : Prop :=
  forall x, of_Z F t * max_of n x = orbit_sum id n G plain x + orbit_sum relu n G rows x.

End Values.

Arguments max_by_images F n%nat_scope G t%Z_scope plain rows.
