/**
 * Functions that a statement may call: of values and of groups. Whatever is not here is refused, above all what reads files, settings,
 * the catalogue or the clock of the server, and what makes large things out of small ones.
 */
export const allowedFunctions: ReadonlySet<string> = new Set(
  [
    // operators, as the engine names them
    '+ - * / // % ** ^ || ~~ !~~ ~~* !~~* ~~~ @ & | << >>',
    'abs ceil ceiling floor round trunc sign sqrt exp ln log log10 log2 pow power mod greatest least',
    'sin cos tan asin acos atan atan2 radians degrees pi',
    'lower upper length char_length strlen trim ltrim rtrim left right substr substring replace concat concat_ws contains starts_with ends_with prefix suffix',
    'instr strpos position reverse split_part ascii chr like_escape not_like_escape ilike_escape not_ilike_escape regexp_matches regexp_full_match regexp_extract regexp_replace',
    'strip_accents levenshtein jaro_winkler_similarity md5 sha256 nullif ifnull coalesce isnan isfinite',
    'date_part date_trunc date_diff date_add date_sub datediff datetrunc datepart year month day quarter week dayofweek dayofyear isoyear hour minute second epoch last_day',
    'make_date strftime strptime try_strptime to_days to_months to_years to_hours to_minutes to_seconds age dayname monthname',
    'count count_star sum avg min max median mode mean quantile quantile_cont quantile_disc stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp',
    'regr_slope regr_intercept regr_r2 first last any_value arg_min arg_max min_by max_by bool_and bool_or approx_count_distinct string_agg group_concat product skewness kurtosis entropy',
    'row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value',
  ].flatMap((line) => line.split(' ')),
)

/** Kinds of expression that a statement may hold. */
export const allowedClasses: ReadonlySet<string> = new Set([
  'COLUMN_REF',
  'CONSTANT',
  'COMPARISON',
  'CONJUNCTION',
  'CASE',
  'CAST',
  'OPERATOR',
  'BETWEEN',
  'FUNCTION',
  'WINDOW',
  'SUBQUERY',
  'STAR',
  'COLLATE',
])

/** Kinds of node that are no expressions. */
export const allowedNodes: ReadonlySet<string> = new Set([
  'SELECT_NODE',
  'SET_OPERATION_NODE',
  'BASE_TABLE',
  'SUBQUERY',
  'JOIN',
  'EMPTY',
  'LIMIT_MODIFIER',
  'ORDER_MODIFIER',
  'DISTINCT_MODIFIER',
  'ORDER_DEFAULT',
  'ASCENDING',
  'DESCENDING',
])
