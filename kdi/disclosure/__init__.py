"""The attacker who tries a release before it is published. What hides small counts is dbt: ``fct_kle_sager``.

Nothing here may be used by the models, nor the other way round: the audit is worth what it is
independent of.
"""
