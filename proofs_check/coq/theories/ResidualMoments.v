(** * Mean and mean square of the residual, from the law of the spacings

    For [x] uniform on the cube the spacings [D_0, ..., D_d] of its sorted entries have the law of Dirichlet with all
    parameters 1.  Of that law the first two moments are used, as a hypothesis: the mean of [D_z] is [1/(d+1)], and that
    of [D_z D_y] is [1/((d+1)(d+2))], twice that for [z = y].

    Claim: then the residual of an estimator has the mean [(sum_z e_z)/(d+1)] and the mean square
    [(sum_z e_z^2 + (sum_z e_z)^2)/((d+1)(d+2))], [e_z] its values at the vertices.

    Proof.  In the cube the residual is [sum_z D_z e_z]. *)

From mathcomp Require Import all_ssreflect fingroup perm all_algebra.
From Subpool Require Import Algebra Classes Reduction LeastSquares.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section ResidualMoments.

Variables (F : realFieldType) (d : nat).
Add Field F_field : (field_laws F).
Local Notation input := ('I_d -> F).
Implicit Types (f g : input -> F).

(** [mean] gives the spacings the moments that they have for uniform inputs; [sort x] is a permutation that sorts [x]. *)
Definition uniform_spacings
    (defined : (input -> F) -> Prop) (mean : (input -> F) -> F) (sort : input -> {perm 'I_d}) : Prop :=
  [/\ forall x, sorted_by (sort x) x,
      forall z, (z <= d)%N ->
        defined (fun x => spacing (sort x) x z) /\ mean (fun x => spacing (sort x) x z) = d.+1%:R^-1
    & forall z y, (z <= d)%N -> (y <= d)%N ->
        defined (fun x => spacing (sort x) x z * spacing (sort x) x y) /\
        mean (fun x => spacing (sort x) x z * spacing (sort x) x y) = (z == y).+1%:R / (d.+1%:R * d.+2%:R)].

Variables (defined : (input -> F) -> Prop) (mean : (input -> F) -> F) (sort : input -> {perm 'I_d}).
Hypotheses (linear : linear_mean defined mean) (law : uniform_spacings defined mean sort).

Lemma mean_of_sum n (c : nat -> F) (h : nat -> input -> F) :
  (forall z, (z <= n)%N -> defined (h z)) ->
  defined (fun x => \sum_(z < n.+1) c z * h z x) /\
  mean (fun x => \sum_(z < n.+1) c z * h z x) = \sum_(z < n.+1) c z * mean (h z).
Proof.
elim: n => [|n IH] each.
  have def0 := each 0%N isT; have [def mean0] := linear.2 (c 0%N) 0 _ _ def0 def0.
  have same x : in_cube x -> c 0%N * h 0%N x + 0 * h 0%N x = \sum_(z < 1) c z * h z x.
    by move=> _; rewrite big_ord1 mul0r addr0.
  by have [def' ->] := linear.1 _ _ same def; split=> //; rewrite mean0 big_ord1 mul0r addr0.
have [def_n mean_n] := IH (fun z le_z => each z (leqW le_z)).
have [def mean_n1] := linear.2 1 (c n.+1) _ _ def_n (each n.+1 (leqnn _)).
have same x : in_cube x -> 1 * (\sum_(z < n.+1) c z * h z x) + c n.+1 * h n.+1 x = \sum_(z < n.+2) c z * h z x.
  by move=> _; rewrite [RHS]big_ord_recr mul1r.
by have [def' ->] := linear.1 _ _ same def; split=> //; rewrite mean_n1 mul1r mean_n [RHS]big_ord_recr.
Qed.

Variables (orders : seq nat) (beta : nat -> F).
Hypotheses (d_gt0 : (0 < d)%N) (upto : forall r, r \in orders -> (r <= d)%N).

Local Notation e z := (residual d orders beta z).
Local Notation D z x := (spacing (sort x) x z).

Lemma residual_by_law x : in_cube x -> \sum_(z < d.+1) e z * D z x = residual_at orders beta x.
Proof.
move=> cube; have [sorts _ _] := law; rewrite /residual_at (residual_by_spacings beta d_gt0 upto cube (sorts x)).
by apply: eq_bigr => z _; rewrite mulrC.
Qed.

Lemma mean_residual : mean (residual_at orders beta) = (\sum_(z < d.+1) e z) / d.+1%:R.
Proof.
have [_ first _] := law; have [def mean_e] := mean_of_sum (fun z => e z) (fun z le_z => (first z le_z).1).
have [_ ->] := linear.1 _ _ residual_by_law def; rewrite mean_e mulr_suml; apply: eq_bigr => z _.
by rewrite (first z _).2 // -ltnS.
Qed.

Lemma mean_square_residual :
  mean (fun x => residual_at orders beta x ^+ 2)
    = (\sum_(z < d.+1) e z ^+ 2 + (\sum_(z < d.+1) e z) ^+ 2) / (d.+1%:R * d.+2%:R).
Proof.
have [_ _ second] := law; pose row z x := \sum_(y < d.+1) e y * (D z x * D y x).
have rows z (le_z : (z <= d)%N) := mean_of_sum (fun y => e y) (fun y le_y => (second z y le_z le_y).1).
have [def mean_rows] := mean_of_sum (fun z => e z) (fun z le_z => (rows z le_z).1).
have same x : in_cube x -> \sum_(z < d.+1) e z * row z x = residual_at orders beta x ^+ 2.
  move=> cube; rewrite -residual_by_law // expr2 mulr_suml; apply: eq_bigr => z _.
  rewrite -mulrA; congr (_ * _); rewrite /row mulr_sumr; apply: eq_bigr => y _.
  by rewrite mulrCA.
have [_ ->] := linear.1 _ _ same def; rewrite mean_rows.
transitivity (\sum_(z < d.+1) e z * ((e z + \sum_(y < d.+1) e y) / (d.+1%:R * d.+2%:R))).
  apply: eq_bigr => z _; have le_z : (z <= d)%N by rewrite -ltnS.
  rewrite (rows z le_z).2; congr (_ * _); rewrite mulrDl mulr_suml.
  rewrite [X in X + _](_ : _ = \sum_(y < d.+1) (y == z :> nat)%:R * (e y / (d.+1%:R * d.+2%:R))).
    rewrite -big_split /=; apply: eq_bigr => y _; have le_y : (y <= d)%N by rewrite -ltnS.
    rewrite (second z y le_z le_y).2.
    rewrite [(z : nat) == y]eq_sym mulrS; move: (_^-1) (e y) ((y == z :> nat)%:R : F) => i c b.
    by normal_ring F.
  rewrite (bigD1 z) //= eqxx mul1r big1 ?addr0 // => y /negbTE ne_y.
  by rewrite (_ : (y == z :> nat) = false) ?mul0r.
under eq_bigr do rewrite mulrA mulrDr; rewrite -mulr_suml big_split /= -mulr_suml.
by congr ((_ + _) / _).
Qed.

End ResidualMoments.

(** Theorem: by a mean that is linear and gives the spacings of the sorted inputs the first two moments that they have
    for uniform inputs, the residual of an estimator with the vertex values e_0, ..., e_d has the mean
    (sum e_z)/(d+1) and the mean square (sum e_z^2 + (sum e_z)^2)/((d+1)(d+2)). *)
Theorem residual_moments
    (F : realFieldType) (d : nat) (defined : (('I_d -> F) -> F) -> Prop) (mean : (('I_d -> F) -> F) -> F)
    (sort : ('I_d -> F) -> {perm 'I_d}) (orders : seq nat) (beta : nat -> F) :
  linear_mean defined mean -> uniform_spacings defined mean sort ->
  (0 < d)%N -> (forall r, r \in orders -> (r <= d)%N) ->
  mean (residual_at orders beta) = (\sum_(z < d.+1) residual d orders beta z) / d.+1%:R /\
  mean (fun x => residual_at orders beta x ^+ 2)
    = (\sum_(z < d.+1) residual d orders beta z ^+ 2 + (\sum_(z < d.+1) residual d orders beta z) ^+ 2)
      / (d.+1%:R * d.+2%:R).
Proof.
move=> linear law d_gt0 upto; split; first exact: (mean_residual linear law beta d_gt0 upto).
exact: (mean_square_residual linear law beta d_gt0 upto).
Qed.
