namespace Lifecycle.Data;

/// <summary>What a commit does with a link to a file. Links to folders are never followed.</summary>
public enum SourceLinks
{
    /// <summary>It is refused, by name. The default.</summary>
    Refuse,

    /// <summary>Its content is committed when the file it leads to lies inside the folder that is committed; else it is refused.</summary>
    FollowInside,

    /// <summary>Its content is committed, wherever the file lies that it leads to.</summary>
    FollowAll,
}
