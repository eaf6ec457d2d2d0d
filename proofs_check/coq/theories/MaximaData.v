(** * The terms of the identities for the maxima of six, seven and eight numbers

    A test compares them with those of the claims, from which they are written. *)

From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Maxima.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Definition edges_of_six : seq (Z * nat * nat) := [:: part 2 0 1; part 2 1 2; part 2 2 3; part 2 3 4; part 2 4 5; part 2 0 5].

Definition terms_of_six : seq (Z * seq (Z * nat * nat)) := [::
  term 2 [:: part 1 2 4; part (-1) 3 5];
  term 2 [:: part (-1) 1 3; part 1 2 4];
  term 2 [:: part (-1) 0 4; part 1 3 5];
  term 2 [:: part (-1) 2 4; part 1 3 5];
  term 2 [:: part 1 0 4; part (-1) 1 5];
  term 2 [:: part 1 0 4; part (-1) 3 5];
  term 2 [:: part (-1) 0 2; part 1 1 5];
  term 2 [:: part (-1) 0 4; part 1 1 5];
  term 2 [:: part 1 0 2; part (-1) 1 3];
  term 2 [:: part 1 0 2; part (-1) 1 5];
  term 2 [:: part 1 1 3; part (-1) 2 4];
  term 2 [:: part (-1) 0 2; part 1 1 3];
  term 2 [:: part (-1) 0 5; part 1 1 5; part 1 2 3; part (-1) 4 5];
  term 2 [:: part (-1) 0 1; part (-1) 1 2; part 1 1 5; part 1 3 4];
  term 2 [:: part (-1) 0 1; part 1 0 2; part (-1) 0 5; part 1 3 4];
  term 2 [:: part 1 0 2; part (-1) 1 2; part (-1) 2 3; part 1 4 5];
  term 2 [:: part (-1) 0 1; part (-1) 1 2; part 1 1 3; part 1 4 5];
  term 2 [:: part 1 0 5; part 1 1 3; part (-1) 2 3; part (-1) 3 4];
  term 2 [:: part 1 0 5; part (-1) 1 2; part (-1) 2 3; part 1 2 4];
  term 2 [:: part 1 0 1; part 1 2 4; part (-1) 3 4; part (-1) 4 5];
  term 2 [:: part 1 0 1; part (-1) 2 3; part (-1) 3 4; part 1 3 5];
  term 2 [:: part (-1) 0 5; part 1 1 2; part 1 3 5; part (-1) 4 5];
  term 2 [:: part 1 0 4; part 1 1 2; part (-1) 3 4; part (-1) 4 5];
  term 2 [:: part (-1) 0 1; part 1 0 4; part (-1) 0 5; part 1 2 3];
  term (-2) [:: part (-1) 0 5; part 1 1 2; part (-1) 1 3; part 1 3 4];
  term (-2) [:: part (-1) 0 1; part 1 2 3; part (-1) 3 5; part 1 4 5];
  term (-2) [:: part (-1) 0 1; part 1 2 3; part (-1) 2 4; part 1 4 5];
  term (-2) [:: part (-1) 0 4; part 1 0 5; part (-1) 1 2; part 1 3 4];
  term (-2) [:: part 1 0 5; part (-1) 1 2; part 1 3 4; part (-1) 3 5];
  term (-2) [:: part 1 0 1; part (-1) 1 5; part (-1) 2 3; part 1 4 5];
  term (-2) [:: part 1 0 1; part (-1) 0 4; part (-1) 2 3; part 1 4 5];
  term (-2) [:: part (-1) 0 2; part 1 0 5; part 1 1 2; part (-1) 3 4];
  term (-2) [:: part 1 0 5; part 1 1 2; part (-1) 1 5; part (-1) 3 4];
  term (-2) [:: part 1 0 1; part (-1) 1 3; part 1 2 3; part (-1) 4 5];
  term (-2) [:: part 1 0 1; part (-1) 0 2; part 1 2 3; part (-1) 4 5];
  term (-2) [:: part (-1) 0 5; part 1 1 2; part (-1) 2 4; part 1 3 4];
  term 1 [:: part (-1) 0 5; part 1 1 2; part (-1) 2 3; part 1 4 5];
  term 1 [:: part (-1) 0 1; part 1 1 2; part (-1) 3 4; part 1 4 5];
  term 1 [:: part (-1) 0 1; part 1 0 5; part 1 2 3; part (-1) 3 4];
  term 1 [:: part 1 0 5; part (-1) 1 2; part 1 2 3; part (-1) 4 5];
  term 1 [:: part 1 0 1; part (-1) 1 2; part 1 3 4; part (-1) 4 5];
  term 1 [:: part 1 0 1; part (-1) 0 5; part (-1) 2 3; part 1 3 4];
  term (-1) [:: part 1 0 5; part 1 1 2; part (-1) 2 3; part (-1) 4 5];
  term (-1) [:: part 1 0 1; part (-1) 1 2; part (-1) 3 4; part 1 4 5];
  term (-1) [:: part 1 0 1; part (-1) 0 5; part 1 2 3; part (-1) 3 4];
  term (-1) [:: part (-1) 0 1; part 1 1 2; part 1 3 4; part (-1) 4 5];
  term (-1) [:: part (-1) 0 5; part (-1) 1 2; part 1 2 3; part 1 4 5];
  term (-1) [:: part (-1) 0 1; part 1 0 5; part (-1) 2 3; part 1 3 4];
  term (-1) [:: part (-1) 0 5; part 1 1 2; part 1 2 3; part (-1) 4 5];
  term (-1) [:: part (-1) 0 1; part (-1) 1 2; part 1 3 4; part 1 4 5];
  term (-1) [:: part (-1) 0 1; part (-1) 0 5; part 1 2 3; part 1 3 4];
  term (-1) [:: part 1 0 5; part (-1) 1 2; part (-1) 2 3; part 1 4 5];
  term (-1) [:: part 1 0 1; part 1 0 5; part (-1) 2 3; part (-1) 3 4];
  term (-1) [:: part 1 0 1; part 1 1 2; part (-1) 3 4; part (-1) 4 5]].

Definition rows_of_seven : seq (Z * seq (Z * nat * nat)) := [::
  term 4719 [:: part (-2) 0 1; part 1 0 2; part 1 1 2];
  term 324 [:: part (-2) 0 1; part 1 2 3; part 1 2 4];
  term 944 [:: part (-1) 0 1; part (-1) 0 2; part (-1) 0 3; part 1 0 4; part 1 0 5; part 1 0 6];
  term 144 [:: part (-1) 0 1; part (-1) 0 2; part (-1) 0 3; part 1 0 4; part 1 4 5; part 1 4 6];
  term (-432) [:: part (-1) 0 1; part (-1) 0 2; part (-1) 0 3; part 1 0 5; part 1 1 4; part 1 4 6];
  term 4176 [:: part (-1) 0 1; part (-1) 0 2; part 1 0 3; part 1 1 5; part 1 2 6; part (-1) 3 4];
  term 432 [:: part (-1) 0 1; part (-1) 0 2; part 1 0 4; part 1 0 5; part (-1) 1 3; part 1 1 6];
  term (-576) [:: part (-1) 0 1; part (-1) 0 2; part 1 3 4; part 1 5 6];
  term (-5952) [:: part (-1) 0 1; part 1 0 2; part (-1) 0 3; part 1 0 5; part 1 1 6; part (-1) 2 4];
  term 720 [:: part (-1) 0 1; part 1 0 2; part (-1) 0 3; part 1 1 5; part 1 1 6; part (-1) 2 4];
  term 432 [:: part (-1) 0 1; part 1 0 2; part (-1) 0 3; part 1 1 5; part (-1) 2 4; part 1 5 6];
  term 1248 [:: part (-1) 0 1; part 1 0 2; part (-1) 0 3; part 1 1 5; part (-1) 2 4; part 1 6 6];
  term (-432) [:: part (-1) 0 1; part 1 0 2; part (-1) 0 4; part 1 0 5; part 1 1 3; part (-1) 2 3];
  term (-7440) [:: part (-1) 0 1; part 1 0 2; part 1 1 3; part (-1) 2 3];
  term (-24) [:: part (-1) 0 1; part 1 0 2; part 1 1 3; part (-1) 2 3; part (-1) 4 4; part 1 5 6];
  term 48 [:: part (-1) 0 1; part 1 0 2; part 1 1 3; part (-1) 2 4; part (-1) 3 5; part 1 6 6];
  term (-432) [:: part (-1) 0 1; part 1 0 2; part 1 1 4; part (-1) 2 3; part (-1) 4 4; part 1 5 6];
  term 216 [:: part (-1) 0 1; part 1 0 2; part 1 1 5; part (-1) 2 3; part (-1) 4 4; part 1 6 6];
  term (-432) [:: part (-1) 0 1; part (-1) 0 3; part 1 0 5; part 1 0 6; part 1 1 2; part (-1) 2 4];
  term (-684) [:: part (-1) 0 1; part 1 0 3; part 1 1 4; part (-1) 2 2];
  term (-624) [:: part (-1) 0 1; part 1 0 4; part 1 0 5; part 1 1 6; part (-1) 2 2; part (-1) 3 3];
  term 432 [:: part (-1) 0 1; part 1 0 4; part 1 1 5; part (-1) 2 3; part 1 2 6; part (-1) 4 4];
  term (-432) [:: part (-1) 0 1; part 1 0 4; part 1 1 5; part (-1) 2 3; part (-1) 3 3; part 1 3 6];
  term (-1104) [:: part (-1) 0 1; part 1 0 4; part (-1) 2 3; part 1 5 6];
  term 3774 [:: part (-1) 0 2; part (-1) 0 3; part 1 0 4; part 1 1 2; part 1 1 3; part (-1) 1 4]].

Definition rows_of_eight : seq (Z * seq (Z * nat * nat)) := [::
  term (-144) [:: part 2 0 0; part (-1) 0 1; part (-1) 0 2; part 1 1 2; part (-1) 3 4];
  term 157 [:: part (-3) 0 1; part 1 0 2; part 1 1 2; part 1 2 3];
  term (-17) [:: part (-3) 0 1; part 1 0 2; part 2 1 2];
  term 48 [:: part (-1) 0 1; part (-1) 0 2; part (-1) 0 3; part 1 0 4; part 1 0 5; part 1 6 7];
  term (-48) [:: part (-1) 0 1; part (-1) 0 2; part (-1) 0 3; part 1 0 4; part 1 4 5; part 1 6 7];
  term (-24) [:: part (-1) 0 1; part (-1) 0 2; part (-1) 0 3; part 1 0 5; part 1 4 6; part 1 4 7];
  term (-4) [:: part (-1) 0 1; part (-1) 0 2; part (-1) 0 3; part 1 4 5; part 1 4 6; part 1 4 7];
  term 24 [:: part (-1) 0 1; part (-1) 0 2; part (-1) 0 3; part 1 4 5; part 1 4 6; part 1 5 7];
  term 96 [:: part (-1) 0 1; part (-1) 0 2; part 1 0 3; part 1 1 4];
  term 72 [:: part (-1) 0 1; part (-1) 0 2; part 1 0 4; part (-1) 1 3; part 1 1 5; part 1 6 7];
  term (-144) [:: part (-1) 0 1; part (-1) 0 2; part 1 0 5; part 1 0 6; part 1 1 7; part (-1) 3 4];
  term (-72) [:: part (-1) 0 1; part (-1) 0 2; part 1 0 5; part (-1) 1 3; part 1 4 6; part 1 4 7];
  term 144 [:: part (-1) 0 1; part (-1) 0 2; part 1 0 5; part 1 1 6; part 1 1 7; part (-1) 3 4];
  term (-144) [:: part (-1) 0 1; part (-1) 0 2; part 1 1 2; part 1 3 4];
  term (-24) [:: part (-1) 0 1; part (-1) 0 2; part 1 3 4; part 1 5 6];
  term (-96) [:: part (-1) 0 1; part 1 0 2; part (-1) 0 4; part 1 0 5; part 1 1 3; part (-1) 2 3];
  term 6 [:: part (-1) 0 1; part 1 0 2; part 1 1 3; part (-1) 2 3; part (-1) 4 5; part 1 4 6];
  term (-21) [:: part (-1) 0 1; part 1 0 2; part 1 1 3; part (-1) 2 3; part (-1) 4 5; part 1 6 7];
  term 40 [:: part (-1) 0 1; part 1 0 2; part 1 1 3; part (-1) 2 4; part (-1) 3 5; part 1 4 5];
  term 120 [:: part (-1) 0 1; part 1 0 2; part 1 1 3; part (-1) 2 4; part (-1) 3 5; part 1 6 7];
  term (-13) [:: part (-1) 0 1; part 1 0 2; part 2 1 3; part (-2) 2 3];
  term (-144) [:: part (-1) 0 1; part (-1) 0 3; part 1 0 5; part 1 1 2; part (-1) 2 4; part 1 6 7];
  term 72 [:: part (-1) 0 1; part (-1) 0 3; part 1 1 2; part (-1) 2 4; part 1 5 6; part 1 5 7];
  term (-48) [:: part (-1) 0 1; part 1 0 6; part 1 0 7; part 1 1 2; part (-1) 2 3; part (-1) 4 5];
  term 60 [:: part (-1) 0 1; part 1 0 6; part 1 1 7; part 1 2 3; part (-1) 2 4; part (-1) 3 5];
  term (-12) [:: part (-1) 0 1; part (-1) 2 3; part 1 4 5; part 1 6 7];
  term 24 [:: part 1 0 1; part (-1) 0 2; part (-1) 0 3; part (-1) 1 4; part 1 5 6; part 1 5 7];
  term 60 [:: part (-1) 0 2; part (-1) 0 3; part 1 0 5; part (-1) 1 4; part 1 1 6; part 1 1 7];
  term 48 [:: part (-1) 0 2; part 1 0 3; part (-1) 0 4; part 1 1 2; part (-1) 1 3; part 1 1 5];
  term (-120) [:: part (-1) 0 3; part (-1) 0 4; part 1 0 5; part (-1) 1 2; part 1 1 6; part 1 2 7]].

Definition identity_of_six (F : realFieldType) (x : seq F) : Prop :=
  maximum_is x 12 edges_of_six terms_of_six.

Definition identity_of_seven (F : realFieldType) (x : seq F) : Prop :=
  maximum_is x 10644480 (symmetric_part 7 (-2077920) 514080) (images 7 rows_of_seven).

Definition identity_of_eight (F : realFieldType) (x : seq F) : Prop :=
  maximum_is x 2419200 (symmetric_part 8 (-43200) 43200) (images 8 rows_of_eight).
