namespace Lifecycle.Validation;

/// <summary>The words of a text column and those that a change brought in.</summary>
internal sealed class WordList(string[] first)
{
    private readonly List<string> _added = [];

    public int Count => first.Length + _added.Count;

    public string this[int code] => code < first.Length ? first[code] : _added[code - first.Length];

    public bool IsKnown(string word) => Array.IndexOf(first, word) >= 0;

    public int Add(string word)
    {
        _added.Add(word);
        return Count - 1;
    }
}
