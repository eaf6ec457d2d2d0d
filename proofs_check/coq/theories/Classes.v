(** * The classes of estimators, and what it means to achieve an error

    A pooling window has [d] inputs [x_0, ..., x_(d-1)].  For a nonempty set [J] of inputs let [max_over J x] be the
    largest [x_j], [j] in [J]; for the empty set the value is 1 by convention (the intercept).  The _mean subpool
    maximum_ of order [r] averages the maxima over all r-subsets:

<<
        m_r(x) = C(d,r)^-1 sum_{|J| = r} max_over J x,      m_0 = 1.
>>

    For a list of orders, an _estimator_ is a linear combination of the [m_r] with [r] in the list, or, with an
    individual weight for every subset, a linear combination of the maxima over the [J] with [|J|] in the list.

    At a 0/1 vector with [z] zeros, [m_r] is the _feature_ [1 - C(z,r)/C(d,r)], and the maximum is the _target_
    [z <> d].  [Reduction.v] proves that the errors over the whole cube [0,1]^d are the errors over these [d+1] points;
    so most theorems are stated, without loss, in terms of [achievable] below.

    Everything is over an arbitrary ordered field [F] (the rationals, for instance), and nothing here is an axiom. *)

From mathcomp Require Import all_ssreflect all_algebra.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Classes.

Variable F : realFieldType.
Implicit Types (d r z : nat) (orders : seq nat) (E : F).

(** ** On the vertices: [z] is the number of zeros, 0 <= z <= d *)

(** [m_r] at a 0/1 vector with [z] zeros among [d] inputs. *)
Definition feature d r z : F := if r == 0%N then 1 else 1 - 'C(z, r)%:R / 'C(d, r)%:R.

(** The maximum at a 0/1 vector with [z] zeros. *)
Definition target d z : F := if z == d then 0 else 1.

Definition estimate d orders (beta : nat -> F) z : F := \sum_(r <- orders) beta r * feature d r z.

Definition residual d orders (beta : nat -> F) z : F := target d z - estimate d orders beta z.

(** Some estimator with these orders has all vertex residuals at most [E] in absolute value. *)
Definition achievable d orders E : Prop :=
  exists beta : nat -> F, forall z, (z <= d)%N -> `|residual d orders beta z| <= E.

(** The range-relative problem: the coefficients sum to 1, and the constant vectors [z = 0, d] are left out. *)
Definition achievable_range d orders E : Prop :=
  exists beta : nat -> F,
    \sum_(r <- orders) beta r = 1 /\ forall z, (0 < z < d)%N -> `|residual d orders beta z| <= E.

(** [least_error P e]: the errors that satisfy [P] are exactly those from [e] on. *)
Definition least_error (P : F -> Prop) (e : F) : Prop := forall E, P E <-> e <= E.

(** ** On the cube *)

Section Cube.

Variable d : nat.
Implicit Types (J : {set 'I_d}) (x : 'I_d -> F).

(** The largest [x j] with [j] in [J]; 1 for the empty set. *)
Definition max_over J x : F :=
  if [pick j in J] is Some j then \big[Num.max/x j]_(i in J) x i else 1.

Definition maximum x : F := max_over setT x.

Definition subpool_max r x : F := 'C(d, r)%:R^-1 * \sum_(J : {set 'I_d} | #|J| == r) max_over J x.

Definition in_cube x : Prop := forall i, 0 <= x i <= 1.

Definition zero_one x : Prop := forall i, x i = 0 \/ x i = 1.

(** Some combination of the [m_r] differs from the maximum by at most [E] on the whole cube. *)
Definition achievable_on_cube orders E : Prop :=
  exists beta : nat -> F,
    forall x, in_cube x -> `|maximum x - \sum_(r <- orders) beta r * subpool_max r x| <= E.

(** The same with an individual weight [c J] for every subset whose size is an order. *)
Definition achievable_by_subsets orders E : Prop :=
  exists c : {set 'I_d} -> F,
    forall x, in_cube x -> `|maximum x - \sum_(J : {set 'I_d} | #|J| \in orders) c J * max_over J x| <= E.

(** The same at the 0/1 vectors only. *)
Definition achievable_by_subsets_01 orders E : Prop :=
  exists c : {set 'I_d} -> F,
    forall x, zero_one x -> `|maximum x - \sum_(J : {set 'I_d} | #|J| \in orders) c J * max_over J x| <= E.

(** Weights that sum to 1, and an error relative to the range of [x], for every [x] without any bound:
    [|maximum x - f x| <= E (x_i - x_j)] for the largest and the smallest entry [x_i], [x_j]. *)
Definition achievable_relative orders E : Prop :=
  exists beta : nat -> F,
    \sum_(r <- orders) beta r = 1 /\
    forall x lo hi, (forall i, lo <= x i <= hi) ->
      `|maximum x - \sum_(r <- orders) beta r * subpool_max r x| <= E * (hi - lo).

End Cube.

End Classes.
