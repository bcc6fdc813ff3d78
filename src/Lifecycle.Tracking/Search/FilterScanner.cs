using System.Globalization;
using System.Text;

namespace Lifecycle.Tracking;

internal enum FilterToken
{
    End,
    Word,
    Quoted,
    Backticked,
    Number,
    Operator,
    Open,
    Close,
    Comma,
    Dot,
}

/// <summary>Cuts the text of a filter or of an order into tokens.</summary>
internal sealed class FilterScanner
{
    private const int Longest = 65_536;

    private readonly string _text;
    private readonly bool _raw;
    private int _next;

    public FilterScanner(string text, FilterDialect dialect = FilterDialect.Extended)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Encoding.UTF8.GetByteCount(text) > Longest)
        {
            throw new RunFilterException($"A filter has at most {Longest} bytes, this one has {Encoding.UTF8.GetByteCount(text)}.");
        }

        _text = text;
        _raw = dialect != FilterDialect.Extended;
        Read();
    }

    public FilterToken Token { get; private set; }

    /// <summary>The token without its quotes.</summary>
    public string Value { get; private set; } = "";

    /// <summary>Where the token begins, counted from 0.</summary>
    public int Start { get; private set; }

    /// <summary>The quote of a quoted token: "..." is a key after a dot and a text elsewhere.</summary>
    public char Quote { get; private set; }

    /// <summary>From the token up to here, as it was written.</summary>
    public string Written(int start) => _text[start.._next];

    public bool IsWord(string word) => Token == FilterToken.Word && string.Equals(Value, word, StringComparison.OrdinalIgnoreCase);

    public RunFilterException Expected(string what) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"Column {Start + 1} of the filter: expected {what}, found {(Token == FilterToken.End ? "the end" : $"'{KeyRule.Show(Value)}'")}."));

    public void Read()
    {
        while (_next < _text.Length && char.IsWhiteSpace(_text[_next]))
        {
            _next++;
        }

        Start = _next;
        Quote = '\0';
        if (_next == _text.Length)
        {
            (Token, Value) = (FilterToken.End, "");
            return;
        }

        char c = _text[_next];
        if (c is '\'' or '"' or '`')
        {
            ReadQuoted(c);
        }
        else if (c is '(' or ')' or ',')
        {
            Take(c == '(' ? FilterToken.Open : c == ')' ? FilterToken.Close : FilterToken.Comma, 1);
        }
        else if (c is '=' or '<' or '>' or '!' or '~')
        {
            ReadOperator();
        }
        else if (char.IsAsciiDigit(c) || (c is '-' or '.' && _next + 1 < _text.Length && (char.IsAsciiDigit(_text[_next + 1]) || _text[_next + 1] is '.' or 'I')))
        {
            ReadNumber();
        }
        else if (c == '.')
        {
            Take(FilterToken.Dot, 1);
        }
        else
        {
            ReadWord();
        }
    }

    /// <summary>Reads a bare key: letters, digits, <c>_</c> and <c>.</c>, also when it looks like a number.</summary>
    public void ReadKey()
    {
        while (_next < _text.Length && char.IsWhiteSpace(_text[_next]))
        {
            _next++;
        }

        if (_next < _text.Length && _text[_next] is '`' or '"' or '\'')
        {
            Read();
            return;
        }

        Start = _next;
        ReadWord();
    }

    // MLflow's lexer goes on after a doubled quote and after a backslash, and takes the text with both as it stands.
    private void ReadQuoted(char quote)
    {
        StringBuilder? value = null;
        int from = _next + 1;
        for (int i = from; i < _text.Length; i++)
        {
            if (_raw && quote != '`' && _text[i] == '\\' && i + 1 < _text.Length && (_text[i + 1] == quote || _text[i + 1] == '\\'))
            {
                i++;
            }
            else if (_text[i] == quote && i + 1 < _text.Length && _text[i + 1] == quote)
            {
                i++;
                if (!_raw)
                {
                    (value ??= new StringBuilder()).Append(_text, from, i - from);
                    from = i + 1;
                }
            }
            else if (_text[i] == quote)
            {
                Token = quote == '`' ? FilterToken.Backticked : FilterToken.Quoted;
                Quote = quote;
                Value = value is null ? _text[from..i] : value.Append(_text, from, i - from).ToString();
                _next = i + 1;
                return;
            }
        }

        throw new RunFilterException(string.Create(CultureInfo.InvariantCulture, $"Column {Start + 1} of the filter: the quote {quote} is never closed."));
    }

    private void ReadOperator()
    {
        int end = _next + 1;
        while (end < _text.Length && _text[end] is '=' or '<' or '>' or '!' or '~' && end - _next < 3)
        {
            end++;
        }

        Take(FilterToken.Operator, end - _next);
    }

    private void ReadNumber()
    {
        int end = _next + (_text[_next] == '-' ? 1 : 0);
        while (end < _text.Length
            && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] == '.' || (_text[end] is '-' or '+' && _text[end - 1] is 'e' or 'E')))
        {
            end++;
        }

        Take(FilterToken.Number, end - _next);
    }

    private void ReadWord()
    {
        int end = _next;
        while (end < _text.Length && (char.IsLetterOrDigit(_text[end]) || _text[end] is '_' or '.'))
        {
            end++;
        }

        // a character that begins nothing is a word of its own, so that the error can show it
        Take(FilterToken.Word, Math.Max(end - _next, Math.Min(1, _text.Length - _next)));
    }

    private void Take(FilterToken token, int length)
    {
        Token = length == 0 ? FilterToken.End : token;
        Value = _text.Substring(_next, length);
        _next += length;
    }
}
