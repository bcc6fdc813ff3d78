namespace Lifecycle.Tracking;

/// <summary>How the text of a filter is read.</summary>
public enum FilterDialect
{
    /// <summary>The grammar of this library: AND, OR, NOT, brackets, BETWEEN, IN, IS; a quote inside a text is doubled.</summary>
    Extended,

    /// <summary>
    /// As MLflow reads it: texts are taken raw (<c>'it''s'</c> is <c>it''s</c>), a missing, leading, trailing or doubled AND is tolerated, ids with capital
    /// letters in a list match nothing. What <see cref="Extended"/> has besides is taken too.
    /// </summary>
    Mlflow,

    /// <summary>As <see cref="Mlflow"/>, and what MLflow refuses is refused with its words.</summary>
    Strict,
}

/// <summary>Which rows a search looks at, by whether they were deleted. Numbers are MLflow's.</summary>
public enum LifecycleView
{
    /// <summary>Those that were not deleted.</summary>
    Active = 1,

    /// <summary>Only deleted ones.</summary>
    Deleted = 2,

    /// <summary>Both.</summary>
    All = 3,
}
